#ifndef AMBIT_LIBFUZZER_H
#define AMBIT_LIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

// LLVM's own header is not part of the Swift toolchain; https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *data, size_t size));

#endif
