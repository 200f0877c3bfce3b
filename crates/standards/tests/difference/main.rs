//! Does the differ see what changed, weigh it, and say it aloud?

mod access;
mod catalogue;
mod changelogs;
mod contract;
mod operations;
mod robustness;
mod same;
mod schemas;
mod versions;
