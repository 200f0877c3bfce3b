//! What can anyone change, and may they?
