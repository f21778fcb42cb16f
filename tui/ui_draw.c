#include "tui/ui_state.h"

#include "core/base/text.h"
#include "tui/clipboard.h"
#include "tui/views/trouble.h"

enum { DIALOG_MARGIN = 2, FILTER_WIDTH = 32 };

int64_t ks_ui_wake(const struct ks_ui *ui)
{
	return ui->wake;
}

bool ks_ui_wants_frame(const struct ks_ui *ui, int64_t now)
{
	return ui->dirty || now >= ui->wake || ui->drawn_generation != ks_ui_store(ui)->generation;
}

static void draw_too_small(const struct ks_ui *ui, struct ks_canvas *canvas)
{
	const char *text = ui->glyphs == &ks_glyphs_ascii ? "terminal too small (needs 40x10)"
							  : "terminal too small (needs 40×10)";
	int width = ks_text_width(text);
	int x = canvas->width > width ? (canvas->width - width) / 2 : 0;

	ks_draw_text(
	    ks_canvas_area(canvas), x, canvas->height / 2, -1, ks_style(KS_ROLE_TEXT), text);
}

/* The names of all panes, where only one is in sight. */
static void draw_tabs(const struct ks_ui *ui, struct ks_area area)
{
	int x = 0;

	for (int i = 0; i < KS_PANE_COUNT; i++) {
		bool here = i == (int)ui->focus;
		struct ks_style style = ks_style(here ? KS_ROLE_TITLE_FOCUS : KS_ROLE_DIM);

		x += ks_draw_text(
		    area, x, 0, -1, ks_style(KS_ROLE_MARKER), here ? ui->glyphs->marker : " ");
		x += ks_draw_printf(
		    area, x, 0, -1, style, "%d %s  ", i + 1, ui->panes[i].view->name);
	}
}

static void draw_panes(struct ks_ui *ui, struct ks_draw *draw, struct ks_canvas *canvas,
    const struct ks_layout *layout)
{
	ui->one_pane = layout->one_pane;
	for (int i = 0; i < KS_PANE_COUNT; i++) {
		struct ks_area area = ks_layout_area(canvas, layout->panes[i]);

		if (area.width <= 0 || area.height <= 0)
			continue;
		draw->focused = i == (int)ui->focus;
		ui->panes[i].view->draw(ui->panes[i].self, draw, area);
	}
}

/* Between header and hints, tabs included. */
static struct ks_area body(struct ks_canvas *canvas, const struct ks_layout *layout)
{
	int top = layout->header.y + layout->header.height;

	return ks_area_sub(ks_canvas_area(canvas), 0, top, canvas->width, layout->hints.y - top);
}

/* Cells that stand on nothing of their own stand on the dialog. */
static void lay_ground(struct ks_area area)
{
	for (int y = 0; y < area.height; y++) {
		for (int x = 0; x < area.width; x++) {
			struct ks_canvas *canvas = area.canvas;
			size_t at =
			    (size_t)(area.y + y) * (size_t)canvas->width + (size_t)(area.x + x);

			if (canvas->cells[at].style.ground == KS_GROUND_OWN)
				canvas->cells[at].style.ground = KS_GROUND_DIALOG;
		}
	}
}

static struct ks_area dialog_area(
    const struct ks_ui_dialog *dialog, struct ks_draw *draw, struct ks_area space)
{
	bool narrow = space.width < KS_LAYOUT_WIDE;
	int margin = narrow ? 0 : DIALOG_MARGIN;
	int width = space.width - 2 * margin - 2, height = space.height - 2;
	int most_width = width, most_height = height;

	dialog->class->size(dialog->self, draw, &width, &height);
	if (width > most_width || dialog->class->fills || (narrow && dialog->class->harmless))
		width = most_width;
	if (height > most_height || dialog->class->fills || (narrow && dialog->class->harmless))
		height = most_height;
	return ks_area_sub(space, (space.width - width - 2) / 2, (space.height - height - 2) / 2,
	    width + 2, height + 2);
}

static void draw_dialog(const struct ks_ui *ui, const struct ks_ui_dialog *dialog,
    struct ks_draw *draw, struct ks_area space)
{
	struct ks_area area = dialog_area(dialog, draw, space), inside;
	enum ks_role border = dialog->class->danger ? KS_ROLE_DANGER : KS_ROLE_DIALOG_BORDER;

	ks_draw_fill(area, 0, 0, area.width, area.height, ks_style(KS_ROLE_DIALOG));
	inside = ks_draw_box(area, ui->glyphs, ks_style(border),
	    ks_style(dialog->class->danger ? KS_ROLE_DANGER : KS_ROLE_TITLE_FOCUS),
	    dialog->class->title(dialog->self), NULL);
	dialog->class->draw(dialog->self, draw, inside);
	lay_ground(area);
}

static void draw_dialogs(struct ks_ui *ui, struct ks_draw *draw, struct ks_area space)
{
	for (size_t i = 0; i < ui->n_dialogs; i++) {
		draw->focused = i + 1 == ui->n_dialogs;
		draw_dialog(ui, &ui->dialogs[i], draw, space);
		ui->dialogs[i].drawn = true;
	}
}

/* The filter while it is typed: it takes the place of the hints. */
static void draw_filter(const struct ks_ui *ui, struct ks_draw *draw, struct ks_area area)
{
	static const struct ks_hint hints[] = {
	    {"Enter", "accept", false, true}, {"Esc", "clear", false, true}, {0}};
	int width = area.width / 2 < FILTER_WIDTH ? area.width / 2 : FILTER_WIDTH;

	ks_draw_text(area, 1, 0, 1, ks_style(KS_ROLE_HINT_KEY), "/");
	ks_input_draw(
	    &ui->panes[ui->focus].filter, area, 2, 0, width, ks_style(KS_ROLE_INPUT), true);
	ks_hintbar_draw(
	    hints, draw, ks_area_sub(area, 3 + width, 0, area.width - 3 - width, area.height));
}

static void draw_hints(struct ks_ui *ui, struct ks_draw *draw, struct ks_area area)
{
	const struct ks_ui_dialog *top = ks_ui_top_dialog(ui);
	struct ks_hintbar bar;

	if (top != NULL && top->class->hints != NULL) {
		ks_hintbar_collect_dialog(&bar, top->class, top->self);
		ks_hintbar_draw(bar.hints, draw, area);
		return;
	}
	if (top == NULL && ui->filtering && !ui->trouble) {
		draw_filter(ui, draw, area);
		return;
	}
	ks_hintbar_collect(&bar, ui->keymap, ks_ui_context(ui), ui);
	ks_hintbar_draw(bar.hints, draw, area);
}

void ks_ui_draw(struct ks_ui *ui, struct ks_canvas *canvas, int64_t now)
{
	struct ks_layout layout =
	    ks_layout_compute(canvas->width, canvas->height, ui->focus, ui->zoomed);
	struct ks_draw draw = {
	    .store = ks_ui_store(ui),
	    .glyphs = ui->glyphs,
	    .now = now,
	    .wake = KS_TIME_NEVER,
	};

	ui->now = now;
	ks_canvas_reset(canvas, canvas->width, canvas->height);
	ui->too_small = layout.too_small;
	if (ui->too_small) {
		draw_too_small(ui, canvas);
	} else {
		ui->header.clears_at =
		    ui->clipboard != NULL ? ks_clipboard_clears_at(ui->clipboard) : KS_TIME_NEVER;
		ks_header_draw(&ui->header, &draw, ks_layout_area(canvas, layout.header), ui->demo);
		if (ui->trouble) {
			draw.focused = true;
			ks_trouble_draw(&ui->trouble_sheet, &draw, body(canvas, &layout),
			    ks_ui_offers_demo(ui));
		} else {
			draw_tabs(ui, ks_layout_area(canvas, layout.tabs));
			draw_panes(ui, &draw, canvas, &layout);
		}
		draw_dialogs(ui, &draw, body(canvas, &layout));
		/* Whether a dialog scrolls is known when it is drawn. */
		draw_hints(ui, &draw, ks_layout_area(canvas, layout.hints));
		ks_toast_draw(&ui->toast, &draw, body(canvas, &layout));
	}
	ui->dirty = false;
	ui->drawn_generation = draw.store->generation;
	ui->wake = draw.wake;
}
