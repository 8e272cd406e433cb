/* The disk: SQLite's files in memory, with what a real one does to them: what was not synced may be gone after a
 * power cut, in any order and torn; a call may fail; the disk may be full. */
#pragma once

#include "chance.h"

/* Makes it SQLite's default; `touch` is called before each write and sync: a point at which the process may die. */
void ramdisk_register(void (*touch)(void));
/* An empty disk that never fails. */
void ramdisk_clear(void);
/* Settles what will be found after a crash: of a killed process everything that it wrote; after a power cut what was
 * synced, and of the rest what `chance` leaves. What is written from here on is lost. */
void ramdisk_freeze(struct chance *chance, bool power_cut);
/* The machine is up again. */
void ramdisk_thaw(void);

enum ramdisk_trouble { RAMDISK_SOUND, RAMDISK_ERRORS, RAMDISK_FULL };

/* From the n-th write or sync (read too, for errors) on, `calls` of them fail. */
void ramdisk_trouble(enum ramdisk_trouble trouble, int from, int calls);
/* What the simulation itself reads goes well. */
void ramdisk_hold(void);
void ramdisk_go_on(void);
/* Whether any call has failed since this was asked last. */
bool ramdisk_failed(void);
