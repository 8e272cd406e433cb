/* What is wrong with templates that compile: partials that are not there or never end, names that nothing has where
 * they stand. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "core/address.h"
#include "message/folder-parts.h"
#include "template/template-nodes.h"

#define TAKEN_MAX 1000 /* partials in one template, with those in them: the largest that is shipped takes in 6 */

/* A template, and the file that it stands in. */
struct page {
        struct template *template;
        const char *path;
};

/* A name for a finding: short, and harmless to whoever reads it. NULL: no memory. */
static char *shown(const char *name, size_t size)
{
        CLEANUP_FREE char *part = strndup(name, size < NAME_SHOWN_MAX ? size : NAME_SHOWN_MAX);
        return part ? text_line(part) : NULL;
}

/* A partial that cannot be taken in is an error; a name that stands for nothing may be meant so. */
static void tell(struct report *report, const struct page *page, const struct node *node, const char *words,
                 const char *nearest)
{
        static const char *const signs[] = {
                [NODE_VALUE] = "", [NODE_RAW] = "", [NODE_SECTION] = "#", [NODE_INVERTED] = "^", [NODE_PARTIAL] = "> "};
        CLEANUP_FREE char *name = shown(node->text, node->size);
        CLEANUP_TEXT struct text text = {0};
        text_add_format(&text, "{{%s%s}}: %s", signs[node->kind], name ? name : "…", words);
        if (nearest)
                text_add_format(&text, "; the nearest one is \"%s\"", nearest);
        if (node->kind == NODE_PARTIAL)
                report_error(report, page->path, node->line, "%s", text.error ? words : text.data);
        else
                report_warning(report, page->path, node->line, "%s", text.error ? words : text.data);
}

/* ---- partials ---- */

struct measure {
        const struct partials *partials;
        struct report *report;
        size_t nest;  /* partials that are being measured */
        bool missing; /* a partial is not there */
        bool endless; /* templates cannot be rendered, nor walked */
};

static void report_missing(struct measure *measure, const struct page *page, const struct node *node)
{
        struct nearest nearest = nearest_to(node->text);
        for (size_t i = 0; i < measure->partials->n; i++)
                nearest_consider(&nearest, measure->partials->sorted[i].name);
        tell(measure->report, page, node, "there is no such partial", nearest.best);
        measure->missing = true;
}

static void report_endless(struct measure *measure, const struct page *page, const struct node *node, const char *words)
{
        tell(measure->report, page, node, words, NULL);
        measure->endless = true;
}

static void measure_page(struct measure *measure, const struct page *page, size_t *ret_height, size_t *ret_taken);

static void measure_inside(struct measure *measure, struct partial *partial)
{
        if (partial->progress != PARTIAL_NEW || !partial->template)
                return;
        partial->progress = PARTIAL_OPEN;
        measure->nest++;
        measure_page(measure, &(struct page){partial->template, partial->path}, &partial->height, &partial->taken);
        measure->nest--;
        partial->progress = PARTIAL_MEASURED;
}

/* A partial that is taken in `depth` sections deep. What is refused counts no more, so that it is told once. */
static void measure_partial(struct measure *measure, const struct page *page, const struct node *node, size_t depth,
                            size_t *height, size_t *taken)
{
        struct partial *partial = folder_partial(measure->partials, node->text);
        if (!partial) {
                report_missing(measure, page, node);
                return;
        }
        if (partial->progress == PARTIAL_OPEN) {
                report_endless(measure, page, node, "the partial contains itself");
                return;
        }
        if (measure->nest < TEMPLATE_DEPTH_MAX)
                measure_inside(measure, partial);
        size_t whole = depth + 1 + partial->height;
        if (whole > TEMPLATE_DEPTH_MAX || measure->nest == TEMPLATE_DEPTH_MAX) {
                report_endless(measure, page, node, "sections and partials nest too deep");
                return;
        }
        if (*taken + 1 + partial->taken > TAKEN_MAX) {
                report_endless(measure, page, node, "too many partials, with those that they take in");
                *taken = 0;
                return;
        }
        *height = whole > *height ? whole : *height;
        *taken += 1 + partial->taken;
}

static void measure_page(struct measure *measure, const struct page *page, size_t *ret_height, size_t *ret_taken)
{
        const struct template *template = page->template;
        size_t ends[TEMPLATE_DEPTH_MAX], depth = 0, height = 0, taken = 0;
        for (size_t i = 0; i < template->n_nodes; i++) {
                const struct node *node = &template->nodes[i];
                while (depth > 0 && ends[depth - 1] == i)
                        depth--;
                if (node->end)
                        ends[depth++] = node->end;
                height = depth > height ? depth : height;
                if (node->kind == NODE_PARTIAL)
                        measure_partial(measure, page, node, depth, &height, &taken);
        }
        *ret_height = height;
        *ret_taken = taken;
}

/* ---- names ---- */

#define SCOPES_MAX 24 /* elements of a list of the sample */
_Static_assert((int)KIND_COUNT <= SCOPES_MAX && (int)STATE_COUNT < SCOPES_MAX, "the sample's lists fit");

/* What a section opens: the scopes that can be there, one for each element of a list. */
struct level {
        bool any;  /* not to be known: it may have every name that there is */
        bool list; /* a dotted name finds nothing in it */
        size_t n;
        struct scope scopes[SCOPES_MAX];
};

#define DIGEST "digest" /* the section that stands for one within a reminder */

struct walk {
        const struct partials *partials;
        bool shows_digest;
        struct report *report;                       /* NULL: it is only noted which tags are known */
        struct level levels[TEMPLATE_DEPTH_MAX + 2]; /* outermost first; the last is of a tag that opens none */
        size_t n_levels;
};

static void add_scopes(struct level *level, const struct fill *value)
{
        if (value->kind == FILL_SCOPE && level->n < SCOPES_MAX)
                level->scopes[level->n++] = value->scope;
        level->list |= value->kind == FILL_LIST;
        for (size_t i = 0; value->kind == FILL_LIST && i < value->n; i++) {
                CLEANUP_FILL struct fill element;
                fill_init(&element);
                if (value->element(&value->scope, i, &element))
                        add_scopes(level, &element);
        }
}

/* As render finds a name, but in every scope that can be there. */
static bool find_in(const struct level *level, unsigned number, struct level *ret)
{
        bool found = level->any;
        *ret = (struct level){.any = level->any};
        for (size_t i = 0; i < level->n; i++) {
                CLEANUP_FILL struct fill value;
                fill_init(&value);
                if (!level->scopes[i].find(&level->scopes[i], number, &value))
                        continue;
                found = true;
                add_scopes(ret, &value);
        }
        return found;
}

static bool find(const struct level *levels, size_t n, unsigned number, struct level *ret)
{
        while (number && n-- > 0)
                if (find_in(&levels[n], number, ret))
                        return true;
        return false;
}

/* The known name that was probably meant; NULL: none is like it. */
static const char *likely_name(const struct level *levels, size_t n, unsigned number, const char *part)
{
        struct nearest nearest = nearest_to(part);
        const char *name;
        for (unsigned other = 1; (name = values_name(other)); other++) {
                struct level ignored;
                if (find(levels, n, other, &ignored))
                        nearest_consider(&nearest, name);
        }
        /* A name of another place is hardly a slip of the pen for one that has little in common with it. */
        return number && nearest.distance > 1 ? NULL : nearest.best;
}

/* That part of the name, the first that is not known, is not to be found in these levels. */
static void warn_unknown(const struct walk *walk, const struct page *page, const struct node *node, size_t part,
                         const struct level *levels, size_t n)
{
        const char *begin = node->text, *end = node->text + node->size;
        for (; part > 0; part--)
                begin = (const char *)memchr(begin, '.', (size_t)(end - begin)) + 1;
        const char *dot = memchr(begin, '.', (size_t)(end - begin));
        CLEANUP_FREE char *word = strndup(begin, (size_t)((dot ? dot : end) - begin)), *meant = NULL;
        unsigned number = word ? values_number(word, strlen(word)) : 0;
        const char *likely = word ? likely_name(levels, n, number, word) : NULL;
        if (likely && asprintf(&meant, "%.*s%s", (int)(begin - node->text), node->text, likely) < 0)
                meant = NULL;
        tell(walk->report, page, node, number ? "there is no such value here" : "there is no such value", meant);
}

/* Whether a tag can write anything or open a section here, and over what. Warns of it when it is to be reported and
 * nowhere could. */
static bool find_named(struct walk *walk, const struct page *page, struct node *node, struct level *ret)
{
        const struct level *levels = walk->levels;
        size_t n = walk->n_levels;
        struct level within;
        *ret = (struct level){0};
        for (size_t i = 0; i < node->parts; i++) {
                if (!find(levels, n, page->template->numbers[node->first + i], ret)) {
                        if (walk->report && !node->known)
                                warn_unknown(walk, page, node, i, levels, n);
                        return false;
                }
                within = *ret;
                levels = &within;
                n = !within.list;
        }
        if (ret->n == 0 || node->kind == NODE_SECTION || node->kind == NODE_INVERTED)
                return true;
        if (walk->report && !node->known)
                tell(walk->report, page, node,
                     "writes nothing; it is for a section, which begins with {{# and its name", NULL);
        return false;
}

static void walk_page(struct walk *walk, const struct page *page, size_t from, size_t to);

static void walk_named(struct walk *walk, const struct page *page, size_t index)
{
        struct node *node = &page->template->nodes[index];
        struct level *value = &walk->levels[walk->n_levels];
        bool known = node->known, found = find_named(walk, page, node, value);
        node->known = known || found || walk->report; /* what is told is told once */
        if (node->kind == NODE_INVERTED) {
                walk_page(walk, page, index + 1, node->end);
                return;
        }
        if (node->kind != NODE_SECTION || (!found && (known || !walk->report)))
                return;
        walk->shows_digest |= page->template->numbers[node->first] == values_number(DIGEST, strlen(DIGEST));
        /* Nobody can say what stands in a section that nothing opens. */
        if (!found)
                *value = (struct level){.any = true};
        walk->n_levels++;
        walk_page(walk, page, index + 1, node->end);
        walk->n_levels--;
}

static void walk_partial(struct walk *walk, struct partial *partial)
{
        if (!partial || !partial->template)
                return;
        partial->used = true;
        walk_page(walk, &(struct page){partial->template, partial->path}, 0, partial->template->n_nodes);
}

static void walk_page(struct walk *walk, const struct page *page, size_t from, size_t to)
{
        for (size_t i = from; i < to;) {
                const struct node *node = &page->template->nodes[i];
                if (node->kind == NODE_PARTIAL)
                        walk_partial(walk, folder_partial(walk->partials, node->text));
                else if (node->kind != NODE_TEXT)
                        walk_named(walk, page, i);
                i = node->end ? node->end : i + 1;
        }
}

static void walk_message(struct walk *walk, const struct page *page, size_t kind)
{
        static const struct contact nobody;
        static const struct letter_sender sender = {.contact = &nobody};
        bool grouped = kind == TEMPLATE_GROUP;
        struct letter letter = values_sample(grouped ? KIND_ESCALATION : (enum notice_kind)kind, grouped);
        struct values values;
        struct fill root;
        values_init(&values, &sender, &letter);
        values_root(&values, &root);
        walk->levels[0] = (struct level){.n = 1, .scopes = {root.scope}};
        walk_page(walk, page, 0, page->template->n_nodes);
}

/* ---- the whole ---- */

enum { MESSAGE_SUBJECT, MESSAGE_TEXT, MESSAGE_HTML, MESSAGE_PAGES };

static struct page message_page(const struct folder *folder, size_t kind, size_t index)
{
        const struct message_templates *message = &folder->messages[kind];
        switch (index) {
        case MESSAGE_SUBJECT:
                return (struct page){message->subject, folder->paths[kind][FORM_TEXT]};
        case MESSAGE_TEXT:
                return (struct page){message->text, folder->paths[kind][FORM_TEXT]};
        default:
                return (struct page){message->html, folder->paths[kind][FORM_HTML]};
        }
}

static struct partials *page_partials(struct folder *folder, size_t index)
{
        return &folder->partials[index == MESSAGE_HTML ? FORM_HTML : FORM_TEXT];
}

static void measure_all(struct measure *measure, struct folder *folder)
{
        size_t height, taken;
        for (size_t kind = 0; kind <= KIND_COUNT; kind++)
                for (size_t i = 0; i < MESSAGE_PAGES; i++) {
                        struct page page = message_page(folder, kind, i);
                        measure->partials = page_partials(folder, i);
                        if (page.template)
                                measure_page(measure, &page, &height, &taken);
                }
        for (size_t form = 0; form < FORMS; form++) {
                measure->partials = &folder->partials[form];
                for (size_t i = 0; i < folder->partials[form].n; i++)
                        measure_inside(measure, &folder->partials[form].sorted[i]);
        }
}

static bool may_hold_digest(size_t kind)
{
        return kind == TEMPLATE_GROUP ||
               (kind != KIND_DIGEST && address_shares_message((enum notice_kind)kind, KIND_DIGEST, true));
}

static void walk_messages(struct folder *folder, struct report *report)
{
        folder->shows_digest = true;
        for (size_t kind = 0; kind <= KIND_COUNT; kind++)
                for (size_t i = 0; i < MESSAGE_PAGES; i++) {
                        struct page page = message_page(folder, kind, i);
                        struct walk walk = {.partials = page_partials(folder, i), .report = report, .n_levels = 1};
                        if (page.template)
                                walk_message(&walk, &page, kind);
                        folder->shows_digest &= walk.shows_digest || i == MESSAGE_SUBJECT || !may_hold_digest(kind);
                }
}

/* What no message takes in may stand anywhere. */
static void walk_unused(struct folder *folder, struct report *report)
{
        for (size_t form = 0; form < FORMS; form++)
                for (size_t i = 0; i < folder->partials[form].n; i++) {
                        struct partial *partial = &folder->partials[form].sorted[i];
                        struct walk walk = {.partials = &folder->partials[form],
                                            .report = report,
                                            .levels = {{.any = true}},
                                            .n_levels = 1};
                        if (!partial->used)
                                walk_partial(&walk, partial);
                }
}

int folder_check(struct folder *folder, struct report *report)
{
        struct measure measure = {.report = report};
        measure_all(&measure, folder);
        if (measure.endless)
                return -EINVAL;
        /* A partial serves several messages: a name is unknown when none of them has it. */
        walk_messages(folder, NULL);
        walk_messages(folder, report);
        walk_unused(folder, report);
        return measure.missing ? -EINVAL : 0;
}
