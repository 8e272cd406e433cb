/* Several statements that belong together. */
#include "store/query.h"

int unit_begin(struct store *store, struct unit *ret)
{
        if (store->in_transaction)
                return store->failure;
        int r = store_begin(store);
        if (r < 0)
                return r;
        ret->store = store;
        return 0;
}

int unit_commit(struct unit *unit)
{
        struct store *store = TAKE_PTR(unit->store);
        return store ? store_commit(store) : 0;
}

void unit_end(struct unit *unit)
{
        if (unit->store)
                store_rollback(unit->store);
}
