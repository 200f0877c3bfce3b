//! Where do people meet, and what do they say?

pub(crate) mod feedback;
pub(crate) mod meetup;
pub(crate) mod meetup_form;
pub(crate) mod meetups;
pub(crate) mod new_feedback;
pub(crate) mod thread;

use axum::{Router, routing::get};
use hansom_domain::{FeedbackId, MeetupId, ProblemCode};

use crate::{Hub, answer::Refusal, urls, urls::route};

/// Every page of the community.
pub(crate) fn router() -> Router<Hub> {
    Router::new()
        .route(urls::MEETUPS, get(meetups::show))
        .route(route::MEETUPS_TWIN, get(meetups::show))
        .route(urls::NEW_MEETUP, get(meetup_form::show_new).post(meetup_form::announce))
        .route(route::MEETUP, get(meetup::show))
        .route(route::CHANGE_MEETUP, get(meetup_form::show).post(meetup_form::change))
        .route(route::CANCEL_MEETUP, get(meetup::back).post(meetup::cancel))
        .route(urls::FEEDBACK, get(feedback::show))
        .route(urls::GIVE_FEEDBACK, get(new_feedback::show).post(new_feedback::give))
        .route(route::THREAD, get(thread::show))
        .route(route::THREAD_MESSAGES, get(thread::back).post(thread::write))
        .route(route::CLOSE_THREAD, get(thread::back).post(thread::close))
        .route(route::REMOVE_MESSAGE, get(thread::back_of_message).post(thread::remove))
}

fn meetup_id(id: &str) -> Result<MeetupId, Refusal> {
    id.parse()
        .map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no such meetup. The list of meetups has them all."))
}

fn thread_id(id: &str) -> Result<FeedbackId, Refusal> {
    id.parse().map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no such feedback. Check the address."))
}
