//! NATS from Rust: cargo run -- [address] [stay]

use std::{env, error::Error, time::Duration};

use async_nats::{Client, ConnectOptions};
use futures_util::StreamExt;

const SUBJECT: &str = "examples.rust";

/// Says which region it is, and gets an answer.
async fn converse(client: &Client) -> Result<String, Box<dyn Error>> {
    let region = client.server_info().server_name; // nats-weur
    let reply = client.request(SUBJECT, "from Rust".into()).await?;
    println!("connected to {region}");
    println!("reply: {}", str::from_utf8(&reply.payload)?);
    Ok(region)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = env::args().nth(1).unwrap_or("ws://127.0.0.1:8787".into());
    let options = match env::var("NATS_TOKEN") {
        Ok(token) => ConnectOptions::with_token(token),
        Err(_) => ConnectOptions::new(),
    };
    let client = options.connect(server).await?;

    let mut requests = client.subscribe(SUBJECT).await?;
    let responder = client.clone();
    tokio::spawn(async move {
        while let Some(message) = requests.next().await {
            let Some(to) = message.reply else { continue };
            let answer = [b"hello ", message.payload.as_ref()].concat();
            if let Err(error) = responder.publish(to, answer.into()).await {
                eprintln!("{error}");
            }
        }
    });

    let mut region = converse(&client).await?;
    // With `stay` it goes on, in the next best region once its own is gone: the library reconnects.
    while env::args().nth(2).is_some() {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if client.server_info().server_name == region {
            continue;
        }
        match converse(&client).await {
            Ok(now) => region = now,
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}
