// Snapshots: many versions of a map in one string of bytes. FORMAT.md is the specification.
//
//     std::string file = hamt::snapshot::write(versions);   // the same for equal versions
//     auto versions = hamt::snapshot::read(file).versions;  // share memory again; throws error
#pragma once

#include "read.hpp"   // IWYU pragma: export
#include "write.hpp"  // IWYU pragma: export
