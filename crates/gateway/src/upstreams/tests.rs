//! Which server takes a request, whatever the others do?

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Mutex,
    time::Duration,
};

use hansom_domain::{Network, OpenNetworks};
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::Handle,
    time::advance,
};

use super::*;

/// A registry whose names are what `find` says, and which may reach this machine.
fn registry(find: impl Fn(String) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Registry {
    let resolver = Resolver::new(move |name| {
        let found = find(name);
        async { found }
    });
    let open = OpenNetworks::new(Network::LOOPBACK.into());
    Registry::new(Reach::new(open, resolver, vec![], None).expect("TLS can be set up"), Handle::current())
}

fn nameless() -> Registry {
    registry(|name| panic!("nobody should look up {name}"))
}

fn upstreams(registry: &Registry, name: &str, urls: &[&str], most_in_flight: u32) -> Upstreams {
    let urls: Vec<String> = urls.iter().map(ToString::to_string).collect();
    let options = UpstreamOptions { most_in_flight, ..UpstreamOptions::default() };
    let upstreams = Upstreams::compile(name.into(), &urls, 1_000, &options).expect("upstreams");
    upstreams.bind(registry);
    upstreams
}

fn fail(upstreams: &Upstreams, failure: Failure, times: usize) {
    for _ in 0..times {
        if let Ok(mut turn) = upstreams.choose(None) {
            turn.failed(failure);
        }
    }
}

fn origin(chosen: Result<Turn, Refusal>) -> String {
    chosen.map_or_else(|refusal| format!("{refusal:?}"), |turn| turn.target().origin().to_owned())
}

const ONE: &str = "http://127.0.0.1:1";
const TWO: &str = "http://127.0.0.1:2";
const THREE: &str = "http://127.0.0.1:3";

#[tokio::test]
async fn the_less_loaded_of_two_is_chosen() {
    let registry = nameless();
    let both = upstreams(&registry, "a", &[ONE, TWO], 1_000);
    let mut held: Vec<Turn> = (0..10).filter_map(|_| both.choose(None).ok()).collect();
    let of_one = |held: &[Turn]| held.iter().filter(|turn| turn.target().origin() == ONE).count();
    assert_eq!(of_one(&held), 5, "ten requests, five each");
    held.retain(|turn| turn.target().origin() == TWO);
    held.extend((0..5).filter_map(|_| both.choose(None).ok()));
    assert_eq!(of_one(&held), 5, "the next five go to who has none");
}

#[tokio::test]
async fn of_many_servers_all_take_their_share() {
    let registry = nameless();
    let urls: Vec<String> = (1..=8).map(|port| format!("http://127.0.0.1:{port}")).collect();
    let all = upstreams(&registry, "a", &urls.iter().map(String::as_str).collect::<Vec<_>>(), 100_000);
    let held: Vec<Turn> = (0..8_000).filter_map(|_| all.choose(None).ok()).collect();
    for url in &urls {
        let count = held.iter().filter(|turn| turn.target().origin() == url).count();
        assert!((950..=1_050).contains(&count), "{url} has {count} of 8000");
    }
}

#[tokio::test]
async fn k121_a_slow_api_fills_its_own_room_and_no_other() {
    let registry = nameless();
    let (slow, other) = (upstreams(&registry, "slow", &[ONE], 3), upstreams(&registry, "other", &[ONE], 3));
    let mut held: Vec<Turn> = (0..3).filter_map(|_| slow.choose(None).ok()).collect();
    assert_eq!(held.len(), 3);
    assert!(matches!(slow.choose(None), Err(Refusal::UpstreamBusy)));
    assert_eq!(origin(other.choose(None)), ONE);
    held.pop();
    assert_eq!(origin(slow.choose(None)), ONE, "an answer has ended");
}

#[tokio::test]
async fn what_is_known_outlives_a_snapshot_and_is_shared_by_versions() {
    let registry = nameless();
    let before = upstreams(&registry, "a", &[ONE, TWO], 1);
    let held = before.choose(None).expect("a turn");
    let after = upstreams(&registry, "a", &[TWO, ONE, THREE], 2);
    let second = after.choose(None).expect("the room has grown to two");
    assert!(matches!(after.choose(None), Err(Refusal::UpstreamBusy)), "the one before counts too");
    drop((held, second));
    fail(&upstreams(&registry, "b", &[ONE], 100), Failure::Connect, 3);
    let chosen: Vec<String> = (0..20).map(|_| origin(after.choose(Some(&target(&after, THREE))))).collect();
    assert!(chosen.iter().all(|origin| origin == TWO), "another version found {ONE} down: {chosen:?}");
}

#[tokio::test]
async fn who_is_forgotten_begins_anew_under_another_number() {
    let registry = nameless();
    let one = upstreams(&registry, "a", &[ONE], 1);
    let (number, again) = (target(&one, ONE).number(), upstreams(&registry, "b", &[ONE, TWO], 1));
    assert_eq!(target(&again, ONE).number(), number);
    assert_ne!(target(&again, TWO).number(), number);
    drop((one, again));
    assert_ne!(target(&upstreams(&registry, "a", &[ONE], 1), ONE).number(), number);
}

fn target(upstreams: &Upstreams, origin: &str) -> Arc<Target> {
    let bound = upstreams.bound.get().expect("bound");
    Arc::clone(bound.targets.iter().find(|target| target.origin() == origin).expect("it is there"))
}

#[tokio::test(start_paused = true)]
async fn k118_an_api_whose_servers_are_all_down_is_503_until_a_trial_succeeds() {
    let registry = nameless();
    let only = upstreams(&registry, "a", &[ONE], 100);
    fail(&only, Failure::Connect, 3);
    assert!(matches!(only.choose(None), Err(Refusal::UpstreamsOut { seconds: 1 })));
    advance(Duration::from_millis(500)).await;
    let trial = only.choose(None).expect("a trial");
    assert!(only.choose(None).is_err(), "one at a time");
    drop(trial);
    let trial = only.choose(None).expect("another, as the first ended without a result");
    trial.connected();
    assert_eq!(origin(only.choose(None)), ONE);
}

#[tokio::test(start_paused = true)]
async fn k118_a_server_that_flapped_is_back_in_less_than_five_seconds() {
    let registry = nameless();
    let only = upstreams(&registry, "a", &[ONE], 100);
    let mut attempts = 0;
    // Up and down by turns for a minute and a request every 50 ms; then up for good.
    for tick in 0..1_200 {
        if let Ok(mut turn) = only.choose(None) {
            attempts += 1;
            if tick % 40 < 20 { turn.connected() } else { turn.failed(Failure::Connect) }
        }
        advance(Duration::from_millis(50)).await;
    }
    assert!(attempts < 1_000, "who is down is left alone for a while, not {attempts} times asked");
    let mut served = 0;
    for _ in 0..100 {
        if let Ok(mut turn) = only.choose(None) {
            turn.connected();
            turn.answered(200);
            served += 1;
        }
        advance(Duration::from_millis(50)).await;
    }
    assert!(served > 0, "out for five seconds though it is up");
    assert_eq!(origin(only.choose(None)), ONE);
}

#[tokio::test]
async fn k118_ten_thousand_requests_in_flight_put_a_server_out_once() {
    let registry = nameless();
    let both = upstreams(&registry, "a", &[ONE, TWO], 100_000);
    let mut held: Vec<Turn> = (0..20_000).filter_map(|_| both.choose(None).ok()).collect();
    held.iter_mut().filter(|turn| turn.target().origin() == ONE).for_each(|turn| turn.failed(Failure::Broken));
    drop(held);
    let (one, two) = (target(&both, ONE), target(&both, TWO));
    assert_eq!((one.seconds_out(), one.in_flight(), two.in_flight()), (1, 0, 0));
    assert!((0..100).all(|_| origin(both.choose(None)) == TWO));
}

#[tokio::test]
async fn who_answers_badly_is_better_than_nobody() {
    let registry = nameless();
    let only = upstreams(&registry, "a", &[ONE], 100);
    for _ in 0..50 {
        only.choose(None).expect("the only one").answered(503);
    }
    let three = upstreams(&registry, "b", &[ONE, TWO, THREE], 100);
    assert!((0..50).all(|_| origin(three.choose(None)) != ONE), "but not than those who answer well");
    for _ in 0..50 {
        only.choose(None).expect("the only one").answered(200);
    }
    assert!((0..50).any(|_| origin(three.choose(None)) == ONE), "and it may mend its ways");
}

#[tokio::test]
async fn a_request_that_failed_goes_to_another_server_or_nowhere() {
    let registry = nameless();
    let both = upstreams(&registry, "a", &[ONE, TWO], 100);
    assert!((0..50).all(|_| origin(both.choose(Some(&target(&both, ONE)))) == TWO));
    let only = upstreams(&registry, "b", &[ONE], 100);
    assert!(only.choose(Some(&target(&only, ONE))).is_err());
    let turn = only.choose(None).expect("a turn");
    let gone_on = only.go_on(turn, &Attempt::unsent(1, true), Failure::Connect, Refusal::UpstreamUnreachable);
    assert!(matches!(gone_on, Err(Refusal::UpstreamUnreachable)), "there is no other");
    let (turn, is_fresh) = (both.choose(None).expect("a turn"), false);
    let first = turn.target().number();
    let gone_on = both.go_on(turn, &Attempt::unsent(1, false), Failure::Connect, Refusal::UpstreamUnreachable);
    let (next, fresh) = gone_on.expect("there is another");
    assert!(next.target().number() != first && fresh == is_fresh);
}

#[test]
fn pairs_are_two_and_all_alike_often() {
    let mut counts = [[0_u32; 4]; 4];
    for number in 0..12_000 {
        let (first, second) = two_of(scatter(number), 4);
        counts[first][second] += 1;
    }
    for (first, row) in counts.iter().enumerate() {
        for (second, count) in row.iter().enumerate() {
            let is_right = if first == second { *count == 0 } else { (850..=1_150).contains(count) };
            assert!(is_right, "{first} and {second}: {count} of 12000");
        }
    }
    assert_eq!((two_of(7, 0), two_of(7, 1)), ((0, 0), (0, 0)));
}

async fn addresses(target: &Arc<Target>) -> Vec<String> {
    names::addresses(target).await.iter().map(|candidate| candidate.ip.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn k119_names_are_looked_up_while_they_are_used_and_the_last_good_answer_stays() {
    let answer: Arc<Mutex<(u32, Result<&str, ()>)>> = Arc::new(Mutex::new((0, Ok("10.0.0.1"))));
    let told = Arc::clone(&answer);
    let registry = registry(move |_| {
        let mut told = told.lock().expect("not poisoned");
        told.0 += 1;
        told.1.map(|ip| vec![ip.parse().expect(ip)]).map_err(|()| io::ErrorKind::HostUnreachable.into())
    });
    let only = upstreams(&registry, "a", &["http://rents"], 100);
    let rents = target(&only, "http://rents");
    let count = || answer.lock().expect("not poisoned").0;
    assert_eq!(count(), 0, "nobody asked for it yet");
    assert_eq!(addresses(&rents).await, ["10.0.0.1"]);
    answer.lock().expect("not poisoned").1 = Ok("10.0.0.2");
    let epoch = rents.epoch();
    for (seconds, expected, is_same) in [(11, "10.0.0.2", true), (10, "10.0.0.2", true), (10, "10.0.0.2", false)] {
        drop(only.choose(None));
        pass(Duration::from_secs(seconds)).await;
        assert_eq!((addresses(&rents).await, rents.epoch() == epoch), (vec![expected.to_owned()], is_same));
    }
    answer.lock().expect("not poisoned").1 = Err(());
    pass(Duration::from_secs(30)).await;
    assert_eq!(addresses(&rents).await, ["10.0.0.2"], "the resolver is down, the server is not");
    pass(Duration::from_secs(300)).await;
    let so_far = count();
    pass(Duration::from_secs(300)).await;
    assert_eq!(count(), so_far, "nobody uses it any more");
    answer.lock().expect("not poisoned").1 = Ok("10.0.0.3");
    assert_eq!(addresses(&rents).await, ["10.0.0.2"], "the last good one at once");
    pass(Duration::from_secs(1)).await;
    assert_eq!(addresses(&rents).await, ["10.0.0.3"], "and the new one soon");
}

/// Lets time pass in small steps, so that what waits for it runs.
async fn pass(time: Duration) {
    for _ in 0..time.as_millis() / 100 {
        advance(Duration::from_millis(100)).await;
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn k119_a_name_that_nobody_knows_is_503_and_a_resolver_that_hangs_504() {
    let unknown = registry(|_| Err(io::ErrorKind::NotFound.into()));
    let rents = target(&upstreams(&unknown, "a", &["http://rents"], 1), "http://rents");
    let patience = Duration::from_secs(2);
    assert_eq!(connect(&rents, patience, HTTP_1).await.err(), Some(ConnectFault::Unresolved));
    let open = OpenNetworks::default();
    let hanging = Reach::new(open, Resolver::new(|_| std::future::pending()), vec![], None).expect("TLS can be set up");
    let registry = Registry::new(hanging, Handle::current());
    let rents = target(&upstreams(&registry, "a", &["http://rents"], 1), "http://rents");
    let fault = connect(&rents, patience, HTTP_1).await.err();
    assert_eq!(fault, Some(ConnectFault::TimedOut { millis: 2_000 }));
}

#[tokio::test]
async fn j113_addresses_are_judged_when_they_are_connected_to() {
    for (url, found) in [
        ("http://rents", "10.0.0.1"),
        ("http://rents", "169.254.169.254"),
        ("http://rents", "::ffff:169.254.169.254"),
        ("http://metadata.nip.example", "fd00:ec2::254"),
        ("http://localhost", "::"),
        ("http://10.0.0.1", "-"),
        ("http://169.254.169.254", "-"),
        ("http://[::ffff:10.0.0.1]", "-"),
        ("http://0.0.0.0", "-"),
    ] {
        let registry = registry(move |_| Ok(vec![found.parse().expect(found)]));
        let only = upstreams(&registry, "a", &[url], 1);
        let target = Arc::clone(only.choose(None).expect("a turn").target());
        let fault = connect(&target, Duration::from_secs(2), HTTP_1).await.err();
        assert!(matches!(fault, Some(ConnectFault::Forbidden(_))), "{url} {found}: {fault:?}");
    }
}

#[tokio::test]
async fn j114_a_name_that_changes_its_mind_is_judged_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let registry = registry(|_| Ok(vec!["127.0.0.1".parse().expect("one"), "10.0.0.1".parse().expect("one")]));
    let url = format!("http://rents:{port}");
    let target = target(&upstreams(&registry, "a", &[&url], 1), &url);
    for _ in 0..4 {
        let stream = connect(&target, Duration::from_secs(5), HTTP_1).await.expect("the open one of the two");
        drop(stream);
        let (_, peer) = listener.accept().await.expect("a connection");
        assert!(peer.ip().is_loopback());
    }
}

/// An address on which nobody answers: its queue is full.
async fn black_hole(address: SocketAddr) -> (TcpListener, Vec<tokio::net::TcpStream>) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option");
    socket.bind(address).expect("a free address");
    let listener = socket.listen(1).expect("a queue");
    let mut waiting = vec![];
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(300), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    (listener, waiting)
}

#[tokio::test]
async fn k119_who_does_not_answer_does_not_hold_up_the_others() {
    let alive = TcpListener::bind("127.0.0.3:0").await.expect("a free port");
    let port = alive.local_addr().expect("bound").port();
    let _hole = black_hole(SocketAddr::new("127.0.0.2".parse().expect("one"), port)).await;
    let registry = registry(|_| Ok(vec!["127.0.0.2".parse().expect("one"), "127.0.0.3".parse().expect("one")]));
    let url = format!("http://rents:{port}");
    let target = target(&upstreams(&registry, "a", &[&url], 1), &url);
    connect(&target, Duration::from_secs(30), HTTP_1).await.expect("the one that answers");
    let order: Vec<String> = addresses(&target).await;
    assert_eq!(order, ["127.0.0.3", "127.0.0.2"], "and it is the first from now on");
    assert_eq!(addresses(&target).await, order);
}

#[tokio::test]
async fn k117_nobody_there_and_nobody_answering_are_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let hole_at = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let _hole = black_hole(hole_at).await;
    let registry = nameless();
    for (address, expected) in [(closed, ConnectFault::Unreachable), (hole_at, ConnectFault::TimedOut { millis: 50 })] {
        let url = format!("http://{address}");
        let target = target(&upstreams(&registry, "a", &[&url], 1), &url);
        assert_eq!(connect(&target, Duration::from_millis(50), HTTP_1).await.err(), Some(expected));
    }
}
