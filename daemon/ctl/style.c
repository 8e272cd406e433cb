/* Colours, for terminals only and never with NO_COLOR. */
#include "ctl/style.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"

static const char *const codes[] = {
        [LOOK_PLAIN] = "",  [LOOK_HEAD] = "1",   [LOOK_FAINT] = "2", [LOOK_GOOD] = "32",
        [LOOK_WARN] = "33", [LOOK_BAD] = "1;31", [LOOK_SOON] = "36", [LOOK_TODAY] = "7",
};

struct style style_of_output(void)
{
        const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
        struct winsize size = {0};
        struct style style = {0};

        if (!isatty(STDOUT_FILENO))
                return style;
        style.coloured = !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0;
        style.columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
        return style;
}

void style_begin(const struct style *style, enum look look)
{
        if (style->coloured && look != LOOK_PLAIN)
                printf("\033[%sm", codes[look]);
}

void style_end(const struct style *style, enum look look)
{
        if (style->coloured && look != LOOK_PLAIN)
                fputs("\033[0m", stdout);
}

enum look look_of_state(const char *state)
{
        static const struct {
                const char *state;
                enum look look;
        } looks[] = {
                {"overdue", LOOK_BAD},     {"failed", LOOK_BAD},     {"bounced", LOOK_BAD},
                {"late", LOOK_WARN},       {"snoozed", LOOK_WARN},   {"done", LOOK_GOOD},
                {"sent", LOOK_GOOD},       {"tentative", LOOK_SOON}, {"undated", LOOK_SOON},
                {"queued", LOOK_SOON},     {"sending", LOOK_SOON},   {"waived", LOOK_FAINT},
                {"withdrawn", LOOK_FAINT}, {"passed", LOOK_FAINT},   {"cancelled", LOOK_FAINT},
                {"skipped", LOOK_FAINT},   {"unclear", LOOK_SOON},   {"unfinished", LOOK_BAD},
        };

        for (size_t i = 0; i < ELEMENTS(looks); i++)
                if (strcmp(looks[i].state, state) == 0)
                        return looks[i].look;
        return LOOK_PLAIN;
}
