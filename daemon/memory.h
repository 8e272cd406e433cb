/* Memory: what is resident only because it was used once is given back before a long rest. */
#pragma once

/* Gives back the free pages of the heap, and lets go of the pages of programs and libraries that are never written:
 * relocating and initialising some fifty libraries touches 14 MiB of which a waiting daemon uses nothing. They stay
 * in the kernel's page cache, from which the next touch maps them again, sixteen at a time; so what the process is
 * said to hold (RSS, PSS) becomes what it really does, and a kernel in need of memory finds these pages unused. It does
 * not make anonymous memory smaller but by the free heap. Some hundred microseconds now, and as much for whatever runs
 * next. A debugger's breakpoints are lost, for they are written into such a page. */
void memory_give_back(void);
