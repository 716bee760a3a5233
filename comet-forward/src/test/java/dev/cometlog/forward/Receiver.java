package dev.cometlog.forward;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/// An HTTP server on loopback that does to each request what a test says, also what no decent server would do.
final class Receiver implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Function<List<String>, Answer> script;
    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch closed = new CountDownLatch(1);

    /// Lines of requests that were answered with 200, in the order of their arrival.
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    /// The answers given, by name.
    final List<String> answers = Collections.synchronizedList(new ArrayList<>());

    final List<Map<String, String>> headers = Collections.synchronizedList(new ArrayList<>());

    /// What is done to a request.
    sealed interface Answer {
        /// Answers with a code.
        ///
        /// @param header a whole header line, or none
        record Status(int code, String header) implements Answer {}

        /// Never answers.
        record Hang() implements Answer {}

        /// Takes the lines and closes the connection instead of saying so.
        record TakeAndDrop() implements Answer {}

        /// Closes the connection in the middle of its answer.
        record DropInAnswer() implements Answer {}
    }

    /// @param script is asked with the lines of each request
    Receiver(Function<List<String>, Answer> script) throws IOException {
        this.script = script;
        Thread.ofPlatform().daemon().name("receiver").start(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/in");
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (SocketException e) {
                // Closed: the test is over.
                return;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream())) {
            for (List<String> body = request(in); !body.isEmpty(); body = request(in)) {
                Answer answer = script.apply(body);
                answers.add(answer.toString());
                if (!answer(answer, body, socket.getOutputStream())) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has closed it: it waited long enough, or the test is over.
            answers.add("closed by the client: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answer(Answer answer, List<String> body, OutputStream out)
            throws IOException, InterruptedException {
        switch (answer) {
            case Answer.Status(int code, String header) -> {
                if (code == 200) {
                    lines.addAll(body);
                }
                String head = "HTTP/1.1 " + code + " X\r\nContent-Length: 2\r\n" + header
                        + (header.isEmpty() ? "" : "\r\n") + "\r\n";
                out.write((head + "ok").getBytes(StandardCharsets.US_ASCII));
                out.flush();
                return true;
            }
            case Answer.Hang() -> closed.await();
            case Answer.TakeAndDrop() -> lines.addAll(body);
            case Answer.DropInAnswer() -> out.write("HTTP/1.1 2".getBytes(StandardCharsets.US_ASCII));
        }
        return false;
    }

    /// The lines of the next request; none at the end.
    private List<String> request(InputStream in) throws IOException {
        Map<String, String> fields = new HashMap<>();
        if (line(in).isEmpty()) {
            return List.of();
        }
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            int colon = field.indexOf(':');
            fields.put(
                    field.substring(0, colon).toLowerCase(Locale.ROOT),
                    field.substring(colon + 1).strip());
        }
        headers.add(fields);
        byte[] body = in.readNBytes(Integer.parseInt(fields.get("content-length")));
        if ("gzip".equals(fields.get("content-encoding"))) {
            body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
        }
        return new String(body, StandardCharsets.UTF_8).lines().toList();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        for (Socket socket : List.copyOf(sockets)) {
            socket.close();
        }
    }
}
