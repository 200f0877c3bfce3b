//! What do people see, and what do their scripts call?
