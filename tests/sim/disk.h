/* The disk: SQLite's files in memory, with what a real one does to them: what was not synced may be gone after a
 * power cut, in any order and torn; a call may fail; the disk may be full.
 * Depends on chance and SQLite.
 * Registered once by main; told by crash when to freeze, and by sim when to fail. */
#pragma once

#include "chance.h"

/* Makes it SQLite's default; `touch` is called before each write and sync: a point at which the process may die. */
void disk_register(void (*touch)(void));
/* An empty disk that never fails. */
void disk_clear(void);
/* Settles what will be found after a crash: of a killed process everything that it wrote; after a power cut what was
 * synced, and of the rest what `chance` leaves. What is written from here on is lost. */
void disk_freeze(struct chance *chance, bool power_cut);
/* The machine is up again. */
void disk_thaw(void);

enum disk_trouble { DISK_SOUND, DISK_ERRORS, DISK_FULL };

/* From the n-th write or sync (read too, for errors) on, `calls` of them fail. */
void disk_trouble(enum disk_trouble trouble, int from, int calls);
/* What the simulation itself reads goes well. */
void disk_hold(void);
void disk_go_on(void);
/* Whether any call has failed since this was asked last. */
bool disk_failed(void);
