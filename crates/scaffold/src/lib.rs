//! How does a new service start, and how does it keep up?
