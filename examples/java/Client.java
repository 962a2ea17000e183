// NATS from Java 17 or later: java -cp 'jars/*' Client.java [address] [stay]

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

public class Client {
    private static final String SUBJECT = "examples.java";

    public static void main(String[] args) throws Exception {
        String server = args.length > 0 ? args[0] : "ws://127.0.0.1:8787";
        boolean stays = args.length > 1;
        Options.Builder options = Options.builder().server(server).maxReconnects(-1);
        String token = System.getenv("NATS_TOKEN");
        if (token != null) options.token(token.toCharArray());

        try (Connection nc = Nats.connect(options.build())) {
            nc.createDispatcher(message -> nc.publish(
                message.getReplyTo(),
                ("hello " + new String(message.getData(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)))
                .subscribe(SUBJECT);

            String region = converse(nc);
            // With `stay` it goes on, in the next best region once its own is gone: the library reconnects.
            while (stays) {
                Thread.sleep(200);
                if (nc.getServerInfo().getServerName().equals(region)) continue;
                try {
                    region = converse(nc);
                } catch (IllegalStateException e) {
                    System.err.println(e.getMessage());
                }
            }
        }
    }

    /** Says which region it is, and gets an answer. */
    private static String converse(Connection nc) throws InterruptedException {
        String region = nc.getServerInfo().getServerName(); // nats-weur
        var reply = nc.request(SUBJECT, "from Java".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(5));
        if (reply == null) throw new IllegalStateException("no answer");
        System.out.println("connected to " + region);
        System.out.println("reply: " + new String(reply.getData(), StandardCharsets.UTF_8));
        return region;
    }
}
