/* What the rows of the table of actions run. For action.c only. UI thread. */
#ifndef KS_TUI_ACT_H
#define KS_TUI_ACT_H

#include "tui/action.h"

void ks_act_move(struct ks_ui *ui, const struct ks_action *self);  /* arg: enum ks_list_move */
void ks_act_focus(struct ks_ui *ui, const struct ks_action *self); /* arg: enum ks_pane */
void ks_act_cycle(struct ks_ui *ui, const struct ks_action *self); /* arg: 1 or -1 */
void ks_act_open(struct ks_ui *ui, const struct ks_action *self);
void ks_act_filter(struct ks_ui *ui, const struct ks_action *self);
void ks_act_sort(struct ks_ui *ui, const struct ks_action *self); /* arg: 1 to reverse */
void ks_act_zoom(struct ks_ui *ui, const struct ks_action *self);
void ks_act_create(struct ks_ui *ui, const struct ks_action *self);
void ks_act_delete(struct ks_ui *ui, const struct ks_action *self);
void ks_act_copy(struct ks_ui *ui, const struct ks_action *self);
void ks_act_keep(struct ks_ui *ui, const struct ks_action *self);
void ks_act_left(struct ks_ui *ui, const struct ks_action *self);
void ks_act_refresh(struct ks_ui *ui, const struct ks_action *self); /* arg: 1 for everything */
void ks_act_theme(struct ks_ui *ui, const struct ks_action *self);
void ks_act_profiles(struct ks_ui *ui, const struct ks_action *self);
void ks_act_regions(struct ks_ui *ui, const struct ks_action *self);
void ks_act_help(struct ks_ui *ui, const struct ks_action *self);
void ks_act_wish(struct ks_ui *ui, const struct ks_action *self); /* arg: enum ks_ui_wish */
void ks_act_back(struct ks_ui *ui, const struct ks_action *self);
void ks_act_quit(struct ks_ui *ui, const struct ks_action *self);
void ks_act_interrupt(struct ks_ui *ui, const struct ks_action *self);

const char *ks_act_why_no_create(const struct ks_ui *ui);
const char *ks_act_why_no_delete(const struct ks_ui *ui);
const char *ks_act_why_no_copy(const struct ks_ui *ui);
const char *ks_act_why_no_keep(const struct ks_ui *ui);
const char *ks_act_why_no_left(const struct ks_ui *ui);
const char *ks_act_why_no_sort(const struct ks_ui *ui);
const char *ks_act_why_no_open(const struct ks_ui *ui);
const char *ks_act_why_no_profiles(const struct ks_ui *ui);
const char *ks_act_why_no_demo(const struct ks_ui *ui);

#endif
