#include "tui/dialogs/form.h"

#include "core/base/text.h"

/* A sheet keeps its last column for the marks that there is more. */
enum { WIDTH = 68, PADDING = 1, MARKS = 1 };

void ks_form_free(struct ks_form *form)
{
	ks_sheet_free(&form->sheet);
}

void ks_form_add_button(struct ks_form *form, const struct ks_button *button)
{
	if (form->n_buttons < KS_FORM_BUTTONS)
		form->buttons[form->n_buttons++] = *button;
}

void ks_form_set_buttons(struct ks_form *form, const struct ks_button *buttons)
{
	form->n_buttons = 0;
	form->focus = 0;
	form->drawn = false;
	form->field_cells = 0;
	form->field = (struct ks_rect){0};
	form->sheet.top = 0;
	for (; buttons->label[0] != '\0'; buttons++)
		ks_form_add_button(form, buttons);
}

void ks_form_set_off(struct ks_form *form, size_t button, bool off)
{
	form->buttons[button].off = off;
	if (off && form->focus == button)
		form->focus = 0;
}

void ks_form_set_input(struct ks_form *form, const char *prompt, size_t max)
{
	form->has_input = true;
	form->prompt = prompt;
	form->input = (struct ks_input){.max = max};
}

void ks_form_drop_input(struct ks_form *form)
{
	if (form->focus == form->n_buttons)
		form->focus = 0;
	form->has_input = false;
}

void ks_form_gap(struct ks_form *form)
{
	if (!form->compact)
		ks_sheet_gap(&form->sheet);
}

static bool has_input_focus(const struct ks_form *form)
{
	return form->has_input && form->focus == form->n_buttons;
}

/* ---- drawing ---- */

/* Cells of "▸[label]", and one between two of them. */
static int button_width(const struct ks_button *button)
{
	return ks_text_width(button->label) + 3;
}

/* Where a button stands in a row of this width; gives the lines used so far. */
static int place_button(const struct ks_form *form, size_t index, int width, int *x)
{
	int line = 0, at = 0;

	*x = 0;
	for (size_t i = 0; i <= index && i < form->n_buttons; i++) {
		int wide = button_width(&form->buttons[i]);

		if (at > 0 && at + wide > width) {
			line++;
			at = 0;
		}
		*x = at;
		at += wide + 1;
	}
	return line;
}

static int buttons_height(const struct ks_form *form, int width)
{
	int x;

	return form->n_buttons == 0 ? 0 : place_button(form, form->n_buttons - 1, width, &x) + 1;
}

static void draw_button(const struct ks_form *form, const struct ks_draw *draw, struct ks_area area,
    size_t index, int x, int y)
{
	const struct ks_button *button = &form->buttons[index];
	bool focused = form->focus == index && draw->focused;
	enum ks_role role = focused          ? KS_ROLE_BUTTON_FOCUS
			    : button->off    ? KS_ROLE_DIM
			    : button->danger ? KS_ROLE_DANGER
					     : KS_ROLE_BUTTON;
	struct ks_style style = ks_style_on(role, focused ? KS_GROUND_OWN : KS_GROUND_DIALOG);

	ks_draw_text(area, x, y, 1, ks_style_on(KS_ROLE_MARKER, KS_GROUND_DIALOG),
	    focused ? draw->glyphs->marker : " ");
	ks_draw_printf(area, x + 1, y, -1, style, button->off ? "(%s)" : "[%s]", button->label);
	if (focused)
		ks_draw_cursor(area, x + 2, y, false);
}

static void draw_input(struct ks_form *form, const struct ks_draw *draw, struct ks_area area, int y)
{
	bool focused = has_input_focus(form) && draw->focused;
	int x = 1, field = form->input.max > 0 ? (int)form->input.max + 1 : area.width;

	ks_draw_text(area, 0, y, 1, ks_style_on(KS_ROLE_MARKER, KS_GROUND_DIALOG),
	    focused ? draw->glyphs->marker : " ");
	/* What is typed must be seen: the prompt is cut first. */
	x += ks_draw_cut(area, x, y, area.width - field - 3,
	    ks_style_on(KS_ROLE_HEADING, KS_GROUND_DIALOG), form->prompt, draw->glyphs->ellipsis);
	x += ks_draw_text(area, x, y, -1, ks_style_on(KS_ROLE_TEXT, KS_GROUND_DIALOG), " [");
	if (field > area.width - x - 1)
		field = area.width - x - 1;
	ks_input_draw(
	    &form->input, area, x, y, field, ks_style(KS_ROLE_INPUT), focused && draw->focused);
	ks_draw_text(area, x + field, y, -1, ks_style_on(KS_ROLE_TEXT, KS_GROUND_DIALOG), "]");
}

static void fill_sheet(struct ks_form *form, struct ks_draw *draw, bool compact)
{
	form->compact = compact;
	ks_sheet_clear(&form->sheet);
	form->fill(form, draw);
}

static int field_height(const struct ks_form *form, int width)
{
	size_t wide = width > 0 ? (size_t)width : 1;

	return (int)((form->field_cells + wide - 1) / wide);
}

/* Nothing is drawn that isn't whole. */
static void draw_field(struct ks_form *form, struct ks_area area, int y)
{
	int cells = (int)form->field_cells, height = field_height(form, area.width);
	int width = cells < area.width ? cells : area.width;
	struct ks_area place = ks_area_sub(area, 0, y, width, height);

	form->field = (struct ks_rect){0};
	if (cells == 0 || y < 0 || place.height < height || place.width < width)
		return;
	ks_draw_fill(place, 0, 0, width, height, ks_style_on(KS_ROLE_SECRET, KS_GROUND_DIALOG));
	form->field = (struct ks_rect){place.x, place.y, place.width, place.height};
}

/* Lines below the text: the field, the input, the buttons, and the gap before them. */
static int foot_height(const struct ks_form *form, int width, bool compact)
{
	int height =
	    field_height(form, width) + buttons_height(form, width) + (form->has_input ? 1 : 0);

	return height > 0 && !compact ? height + 1 : height;
}

void ks_form_size(void *self, const struct ks_draw *draw, int *width, int *height)
{
	struct ks_form *form = self;
	struct ks_draw copy = *draw;
	int most = *width - 2 * PADDING, wide = WIDTH < most ? WIDTH : most;

	fill_sheet(form, &copy, false);
	*width = wide + 2 * PADDING;
	*height = ks_sheet_height(&form->sheet, wide - MARKS) + foot_height(form, wide, false);
}

void ks_form_draw(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct ks_form *form = self;
	int foot, y;

	area = ks_area_sub(area, PADDING, 0, area.width - 2 * PADDING, area.height);
	foot = foot_height(form, area.width, false);
	form->drawn = true;
	fill_sheet(form, draw, false);
	if (ks_sheet_height(&form->sheet, area.width - MARKS) + foot > area.height) {
		fill_sheet(form, draw, true);
		foot = foot_height(form, area.width, true);
	}
	y = area.height - foot + (form->compact ? 0 : 1);
	if (foot > 0 && y < 0)
		y = 0;
	ks_sheet_draw(
	    &form->sheet, draw->glyphs, ks_area_sub(area, 0, 0, area.width, area.height - foot));
	draw_field(form, area, y);
	y += field_height(form, area.width);
	if (form->has_input)
		draw_input(form, draw, area, y++);
	for (size_t i = 0; i < form->n_buttons; i++) {
		int x, line = place_button(form, i, area.width, &x);

		draw_button(form, draw, area, i, x, y + line);
	}
}

const struct ks_hint *ks_form_scroll_hint(const void *self)
{
	static const struct ks_hint down = {"PgDn", "more", false, true};
	static const struct ks_hint up = {"PgUp", "more", false, true};
	const struct ks_sheet *sheet = &((const struct ks_form *)self)->sheet;

	if (sheet->height <= 0 || sheet->total <= sheet->height)
		return NULL;
	return sheet->top + sheet->height < sheet->total ? &down : &up;
}

/* ---- keys ---- */

static bool can_focus(const struct ks_form *form, size_t index)
{
	return index == form->n_buttons ? form->has_input : !form->buttons[index].off;
}

/* On the screen the input comes before the buttons; in a circle it makes no difference. */
static void move_focus(struct ks_form *form, bool forward)
{
	size_t count = form->n_buttons + 1;

	for (size_t i = 0; i < count; i++) {
		form->focus = (form->focus + (forward ? 1 : count - 1)) % count;
		if (can_focus(form, form->focus))
			return;
	}
}

static bool scroll(struct ks_form *form, uint32_t code)
{
	static const struct {
		uint32_t code;
		enum ks_list_move move;
	} moves[] = {{KS_KEY_UP, KS_LIST_UP}, {KS_KEY_DOWN, KS_LIST_DOWN},
	    {KS_KEY_PGUP, KS_LIST_PAGE_UP}, {KS_KEY_PGDN, KS_LIST_PAGE_DOWN},
	    {KS_KEY_HOME, KS_LIST_FIRST}, {KS_KEY_END, KS_LIST_LAST}};

	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
		if (moves[i].code == code) {
			ks_sheet_move(&form->sheet, moves[i].move);
			return true;
		}
	}
	return false;
}

bool ks_form_is_paste(struct ks_form *form, struct ks_key key)
{
	bool pasting = form->pasting;

	form->after_text = form->text_goes_on;
	form->text_goes_on = (form->text_goes_on || ks_key_is_text(key)) && key.more;
	if (key.code == KS_KEY_PASTE_BEGIN)
		pasting = form->pasting = !has_input_focus(form);
	else if (key.code == KS_KEY_PASTE_END)
		form->pasting = false;
	return pasting;
}

static enum ks_form_result key_in_input(struct ks_form *form, struct ks_key key)
{
	/* A line break in a paste is text: it accepts nothing. */
	if (key.code == KS_KEY_ENTER && !form->input.pasting)
		return KS_FORM_ENTERED;
	switch (ks_input_key(&form->input, key)) {
	case KS_INPUT_CHANGED:
		return KS_FORM_TYPED;
	case KS_INPUT_USED:
		return KS_FORM_USED;
	case KS_INPUT_IGNORED:
		break;
	}
	return KS_FORM_IGNORED;
}

static enum ks_form_result press(struct ks_form *form, struct ks_ui *ui)
{
	const struct ks_button *button = &form->buttons[form->focus];

	if (button->off || !form->drawn)
		return KS_FORM_USED;
	button->act(form, ui);
	return KS_FORM_PRESSED;
}

enum ks_form_result ks_form_key(struct ks_form *form, struct ks_ui *ui, struct ks_key key)
{
	enum ks_form_result result;

	if (has_input_focus(form)) {
		result = key_in_input(form, key);
		if (result != KS_FORM_IGNORED)
			return result;
	}
	if (key.ctrl || key.alt)
		return KS_FORM_IGNORED;
	if (key.code == KS_KEY_ENTER && form->n_buttons > 0)
		return form->after_text ? KS_FORM_USED : press(form, ui);
	if (key.code == KS_KEY_TAB || key.code == KS_KEY_RIGHT || key.code == KS_KEY_BACKTAB ||
	    key.code == KS_KEY_LEFT) {
		move_focus(form, key.code == KS_KEY_TAB || key.code == KS_KEY_RIGHT);
		return KS_FORM_USED;
	}
	return scroll(form, key.code) ? KS_FORM_USED : KS_FORM_IGNORED;
}
