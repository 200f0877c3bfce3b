//! Do mails reach a mail server, and nothing but mails?

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;

/// A mail server that writes down what it is told, and answers `MAIL` as it is told to.
async fn server(answer: &'static str) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::<Mutex<String>>::default();
    let writes = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = talk(stream, answer, &writes).await;
        }
    });
    (port, heard)
}

async fn talk(stream: TcpStream, answer: &str, heard: &Mutex<String>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await?;
    let mut is_letter = false;
    for _ in 0..1000 {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            break;
        }
        heard.lock().unwrap().push_str(&line);
        let reply = match line.trim_end() {
            "." if is_letter => "250 taken",
            _ if is_letter => continue,
            "DATA" => "354 go on",
            text if text.starts_with("MAIL") => answer,
            "QUIT" => "221 bye",
            _ => "250 yes",
        };
        is_letter = reply.starts_with("354");
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn post(port: u16, encryption: &str) -> Post {
    let text = format!(
        "server = \"127.0.0.1\"\nport = {port}\nencryption = \"{encryption}\"\nfrom = \"Hansom <no-reply@hackney.example>\""
    );
    Post::of(&toml::from_str(&text).unwrap()).unwrap_or_else(|_| panic!("this is a good configuration"))
}

fn notice(address: &str, subject: &str, body: &str) -> NoticeRow {
    NoticeRow { id: "n".into(), address: address.into(), subject: subject.into(), body: body.into(), attempts: 0 }
}

#[tokio::test]
async fn a_mail_has_one_recipient_whatever_stands_in_its_subject_and_text() {
    let (port, heard) = server("250 yes").await;
    let evil = notice(
        "dev@hackney.example",
        "Hello\r\nBcc: evil@example.org",
        "Dear Dev\r\n.\r\nMAIL FROM:<evil@example.org>\n",
    );
    assert!(post(port, "none").send(&evil).await.is_ok());
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.matches("RCPT TO:").count(), 1, "{heard}");
    assert!(heard.contains("RCPT TO:<dev@hackney.example>"), "{heard}");
    assert!(!heard.contains("\nBcc:"), "{heard}");
    assert!(heard.contains("\r\n..\r\n"), "a lone dot of the text ends no mail: {heard}");
}

#[tokio::test]
async fn an_address_that_is_none_is_not_written_to() {
    let (port, heard) = server("250 yes").await;
    for address in ["", "dev", "dev@hackney.example\r\nRCPT TO:<evil@example.org>", "a@b.example, c@d.example"] {
        assert!(
            matches!(post(port, "none").send(&notice(address, "s", "b")).await, Err(Unsent::Never(_))),
            "{address:?}"
        );
    }
    assert_eq!(*heard.lock().unwrap(), "");
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let one = notice("dev@hackney.example", "s", "b");
    let (busy, _) = server("451 later").await;
    assert!(matches!(post(busy, "none").send(&one).await, Err(Unsent::Later(_))));
    let (refusing, _) = server("550 never").await;
    assert!(matches!(post(refusing, "none").send(&one).await, Err(Unsent::Never(_))));
}

#[tokio::test]
async fn a_server_without_tls_gets_no_mail_where_tls_is_asked_for() {
    let (port, heard) = server("250 yes").await;
    let sent = post(port, "starttls").send(&notice("dev@hackney.example", "s", "secret link")).await;
    assert!(matches!(sent, Err(Unsent::Later(_))));
    assert!(!heard.lock().unwrap().contains("MAIL FROM"));
}
