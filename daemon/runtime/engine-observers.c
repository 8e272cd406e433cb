/* Who is told what happens. */
#include "runtime/engine.h"

void engine_observe(struct engine *engine, const struct engine_observer *observer)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (!engine->observers[i].self) {
                        engine->observers[i] = *observer;
                        return;
                }
}

void engine_unobserve(struct engine *engine, const void *self)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].self == self)
                        engine->observers[i] = (struct engine_observer){0};
}

bool engine_is_watched(const struct engine *engine)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].leaving)
                        return true;
        return false;
}

void engine_tell_leaving(const struct engine *engine, const struct delivery_record *delivery,
                         const struct letter *letter, const char *subject)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].leaving)
                        engine->observers[i].leaving(engine->observers[i].self, delivery, letter, subject);
}

void engine_tell_finished(const struct engine *engine, const struct delivery_record *delivery, const char *answer)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].finished)
                        engine->observers[i].finished(engine->observers[i].self, delivery, answer);
}

void engine_tell_changed(const struct engine *engine, const struct obligation_record *obligation)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].changed)
                        engine->observers[i].changed(engine->observers[i].self, obligation);
}
