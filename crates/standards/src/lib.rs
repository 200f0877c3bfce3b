//! Is this contract good, and what changed since the last?
