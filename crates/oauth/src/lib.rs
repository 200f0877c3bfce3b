//! How does a program get, show and lose a token; how does a person sign in?
