/* Fill: the value of a tag. */
#include "template/fill.h"

void fill_init(struct fill *fill)
{
        fill->kind = FILL_NONE;
        fill->owned = NULL;
}

void fill_clear(struct fill *fill)
{
        free(fill->owned);
        fill_init(fill);
}

static bool has_elements(const struct fill *list)
{
        for (size_t i = 0; i < list->n; i++) {
                CLEANUP_FILL struct fill element;
                fill_init(&element);
                if (list->element(&list->scope, i, &element))
                        return true;
        }
        return false;
}

bool fill_is_true(const struct fill *fill)
{
        switch (fill->kind) {
        case FILL_NONE:
        case FILL_FAILED:
                return false;
        case FILL_BOOL:
                return fill->number;
        case FILL_LIST:
                return has_elements(fill);
        case FILL_NUMBER:
        case FILL_TEXT:
        case FILL_PHRASE:
        case FILL_SCOPE:
                break;
        }
        return true;
}

bool fill_text(struct fill *fill, const char *text)
{
        fill->text = text;
        fill->kind = text && text_shows(text) ? FILL_TEXT : FILL_NONE;
        return true;
}

bool fill_take(struct fill *fill, struct text *text)
{
        if (text_take(text, &fill->owned) == 0)
                return fill_text(fill, fill->owned);
        text_clear(text);
        fill->kind = FILL_FAILED;
        return true;
}

bool fill_phrase(struct fill *fill, const char *phrase)
{
        fill->text = phrase;
        fill->kind = *phrase ? FILL_PHRASE : FILL_NONE;
        return true;
}

bool fill_bool(struct fill *fill, bool is)
{
        fill->kind = FILL_BOOL;
        fill->number = is;
        return true;
}

bool fill_number(struct fill *fill, int64_t number)
{
        fill->kind = FILL_NUMBER;
        fill->number = number;
        return true;
}

bool fill_count(struct fill *fill, int64_t number)
{
        return number <= 0 || fill_number(fill, number);
}

bool fill_day(struct fill *fill, civil_day day)
{
        return fill_phrase(fill, civil_format_vi(day, fill->room));
}

bool fill_scope(struct fill *fill, const struct scope *scope)
{
        fill->kind = FILL_SCOPE;
        fill->scope = *scope;
        return true;
}

bool fill_list(struct fill *fill, const struct scope *scope, size_t n, scope_element element)
{
        fill->kind = FILL_LIST;
        fill->scope = *scope;
        fill->element = element;
        fill->n = n;
        return true;
}
