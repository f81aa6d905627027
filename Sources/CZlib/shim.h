#ifndef AMBIT_CZLIB_SHIM_H
#define AMBIT_CZLIB_SHIM_H

#include <zlib.h>

#endif
