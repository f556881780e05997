// A header of the consumer's own, which the package must not take for one of its own.
#pragma once

struct own_snapshot_read {};
