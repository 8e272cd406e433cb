/* Memory: what is resident only because it was used once is given back before a long rest. */
#include "memory.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

static void *at(uintptr_t address)
{
        return (void *)address; /* NOLINT(performance-no-int-to-ptr): the loader gives addresses as numbers */
}

/* An object whose code the loader had to write into: its pages would come back without what was written. */
static bool has_text_relocations(const struct dl_phdr_info *object)
{
        for (size_t i = 0; i < object->dlpi_phnum; i++) {
                const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

                if (segment->p_type != PT_DYNAMIC)
                        continue;
                for (const ElfW(Dyn) *entry = at(object->dlpi_addr + segment->p_vaddr); entry->d_tag != DT_NULL;
                     entry++)
                        if (entry->d_tag == DT_TEXTREL ||
                            (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL)))
                                return true;
        }
        return false;
}

#define SEGMENTS_MAX 8 /* unwritten ones of one object: linkers make three */

/* The loader maps whole pages, each with the protection of one segment. What it writes into and protects afterwards
 * (RELRO) lies in a segment that says that it is written. Letting go begins when all is read: the table of segments
 * lies in one of them. */
static int let_go(struct dl_phdr_info *object, size_t size, void *userdata)
{
        const uintptr_t page = *(const uintptr_t *)userdata;
        uintptr_t begins[SEGMENTS_MAX], ends[SEGMENTS_MAX];
        size_t n = 0;

        (void)size;
        if (object->dlpi_addr == getauxval(AT_SYSINFO_EHDR) || has_text_relocations(object))
                return 0; /* the kernel's own object is in no file */
        for (size_t i = 0; i < object->dlpi_phnum && n < SEGMENTS_MAX; i++) {
                const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
                uintptr_t begin = object->dlpi_addr + segment->p_vaddr;

                if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W))
                        continue;
                begins[n] = begin & ~(page - 1);
                ends[n++] = begin + segment->p_memsz;
        }
        while (n-- > 0)
                (void)madvise(at(begins[n]), ends[n] - begins[n], MADV_DONTNEED); /* refused: they just stay */
        return 0;
}

void memory_give_back(void)
{
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

        (void)malloc_trim(0);
        (void)dl_iterate_phdr(let_go, &page);
}
