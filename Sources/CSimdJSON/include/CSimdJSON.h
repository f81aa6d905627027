#ifndef AMBIT_CSIMDJSON_H
#define AMBIT_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parser with its tape and string buffer; both live until the next parse or until it is freed.
typedef struct AmbitJSON AmbitJSON;

/// Returns NULL where memory is short.
AmbitJSON *_Nullable ambit_json_create(void);
void ambit_json_free(AmbitJSON *_Nonnull parser);

/// Parses a document; 0 is success, anything else a code for ambit_json_message.
/// Documents nested deeper than max_depth are refused.
int ambit_json_parse(AmbitJSON *_Nonnull parser, const uint8_t *_Nonnull bytes, size_t length,
                     size_t max_depth);
const char *_Nonnull ambit_json_message(int code);

/// simdjson's tape: see doc/tape.md of simdjson.
const uint64_t *_Nonnull ambit_json_tape(const AmbitJSON *_Nonnull parser);
/// The buffer that string entries of the tape point into: four bytes of length, then the bytes.
const uint8_t *_Nonnull ambit_json_strings(const AmbitJSON *_Nonnull parser);

#ifdef __cplusplus
}
#endif

#endif
