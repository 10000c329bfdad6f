import NIOCore
import Synchronization
import TerraceRuntime
import TerraceVenues
import Testing

@Suite("Requests by REST") struct NetworkRESTTests {
    typealias Reply = NetworkTestPeer.Reply

    /// A server that answers by connection and request on it, both from 0, and a client; gives the server's address too.
    static func with(
        _ settings: NetworkSettings = NetworkSettings(),
        _ answer: @escaping @Sendable (_ connection: Int, _ request: Int, _ text: String) -> Reply,
        _ body: (NetworkTestClient, _ base: String, NetworkTestServer) async throws -> Void
    ) async throws {
        let server = NetworkTestServer()
        try await server.start { connection, channel in
            var count = 0
            try channel.pipeline.syncOperations.addHandler(
                NetworkTestPeer { text in
                    count += 1
                    return answer(connection, count - 1, text)
                })
        }
        try await NetworkTestClient.with(settings) { client in
            try await body(client, "http://127.0.0.1:\(server.port)", server)
        }
        await server.stop()
    }

    @Test("are sent as they were signed, with host and length and nothing else") func bytes() async throws {
        try await Self.with { _, _, text in
            .ok(text)
        } _: { client, base, _ in
            let host = base.dropFirst("http://".count)
            let told1 = try await client.ask(
                1, .post, "/order?a=1&signature=x", base, body: "b", headers: [.init("X-KEY", "k")])
            #expect(
                told1
                    == .answered(
                        1, 200,
                        "POST /order?a=1&signature=x HTTP/1.1\r\nHost: \(host)\r\nX-KEY: k\r\nContent-Length: 1\r\n\r\nb"
                    ))
            let told2 = try await client.ask(2, .delete, "/order", base)
            #expect(told2 == .answered(2, 200, "DELETE /order HTTP/1.1\r\nHost: \(host)\r\n\r\n"))
        }
    }

    @Test("go by the same connection one after another, whatever the status") func keptAlive() async throws {
        try await Self.with { connection, request, _ in
            .ok("\(connection) \(request)", status: request == 1 ? "500 Oops" : "200 OK")
        } _: { client, base, server in
            for number in 0..<3 {
                let told3 = try await client.ask(UInt64(number), .get, "/", base, lane: .market)
                #expect(told3 == .answered(UInt64(number), number == 1 ? 500 : 200, "0 \(number)"))
            }
            #expect(server.connections == 1)
        }
    }

    @Test(
        "have answers in every form that HTTP knows",
        arguments: [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nabcdefg", "HTTP/1.0 200 OK\r\n\r\nabcdefg",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nabcdefg",
        ])
    func forms(answer: String) async throws {
        try await Self.with { _, _, _ in
            answer.contains("1.0") ? .last(answer) : .bytes(answer)
        } _: { client, base, _ in
            for number in 1...2 as ClosedRange<UInt64> {
                let told4 = try await client.ask(number, .get, "/", base)
                #expect(told4 == .answered(number, 200, "abcdefg"))
            }
        }
    }

    @Test("tell of limits by the headers that were asked for") func headers() async throws {
        let settings = NetworkSettings(limitHeaders: ["X-MBX-USED-WEIGHT-1M", "missing", "x-odd"])
        try await Self.with(settings) { _, _, _ in
            .ok("", status: "429 Slow", headers: "x-mbx-used-weight-1m: 17\r\nRetry-After: 3\r\nX-Odd: 1.5\r\n")
        } _: { client, base, _ in
            _ = try await client.ask(1, .get, "/", base)
            #expect(client.answers.first?.limits == [17, -1, -1])
            #expect(client.answers.first?.retryAfterNanoseconds == 3_000_000_000)
        }
    }

    @Test("for orders find their connections open before the first, and open again after the server closed them")
    func warm() async throws {
        try await Self.with { _, _, _ in
            .ok("")
        } _: { client, base, server in
            try await client.run { $0.warm(base: base) }
            while server.connections < 4 { try await Task.sleep(for: .milliseconds(2)) }
            await server.dropConnections()
            while server.connections < 8 { try await Task.sleep(for: .milliseconds(2)) }
            // Where the end of the last old connection has not come yet, an order that goes out on it has no answer: one, no more.
            let first = try await client.ask(1, .post, "/", base)
            let told5 = try await client.ask(2, .post, "/", base)
            #expect(told5 == .answered(2, 200, ""))
            if case .failed(1, .noAnswer)? = first { return }
            #expect(first == .answered(1, 200, ""))
        }
    }

    @Test(
        "are asked again once where the server closed the kept-alive connection, if they only ask",
        arguments: [true, false])
    func retried(isQuestion: Bool) async throws {
        try await Self.with { connection, request, _ in
            connection == 0 && request == 1 ? .last("") : .ok("\(connection)")
        } _: { client, base, _ in
            _ = try await client.ask(1, .get, "/", base, lane: .account)
            let event = try await client.ask(2, isQuestion ? .get : .post, "/", base, lane: .account)
            if isQuestion {
                #expect(event == .answered(2, 200, "1"))
            } else if case .failed(2, .noAnswer(let reason))? = event {
                #expect(reason.hasSuffix("was lost"))
            } else {
                Issue.record("an order that may stand was told as \(String(describing: event))")
            }
        }
    }

    @Test("are not asked a third time") func retriedOnce() async throws {
        let seen = NetworkTestSum()
        try await Self.with { connection, request, _ in
            if connection == 0, request == 0 { return .ok("") }
            seen.add()
            return .last("")
        } _: { client, base, _ in
            _ = try await client.ask(1, .get, "/", base, lane: .account)
            guard case .failed(2, .noAnswer)? = try await client.ask(2, .get, "/", base, lane: .account) else {
                Issue.record("it was answered")
                return
            }
            #expect(seen.count == 2)
        }
    }

    @Test(
        "have an unknown end where the answer is cut off, garbled, too long, or half the connection is closed",
        arguments: [
            Reply.last("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .last("HTTP/1.1 200 OK\r\nContent-Le"),
            .bytes("hello there\r\n\r\n"), .bytes("HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
            .ok(String(repeating: "x", count: 1_001)), .lastWords(""),
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
        ])
    func cutOff(reply: Reply) async throws {
        var settings = NetworkSettings()
        settings.messageBytes = 1_000
        try await Self.with(settings) { _, _, _ in
            reply
        } _: { client, base, _ in
            let event = try await client.ask(1, .post, "/", base)
            guard case .failed(1, .noAnswer)? = event else {
                Issue.record("\(String(describing: event))")
                return
            }
        }
    }

    @Test("without an answer in time have an unknown end, and their connection is not used again") func timeOut()
        async throws
    {
        try await Self.with { _, _, text in
            text.contains("/slow") ? .silence : .ok("quick")
        } _: { client, base, server in
            let event = try await client.ask(1, .post, "/slow", base, lane: .account, timeout: 50_000_000)
            #expect(event == .failed(1, .noAnswer("\(base.dropFirst("http://".count)) did not answer in time")))
            let told6 = try await client.ask(2, .get, "/", base, lane: .account)
            #expect(told6 == .answered(2, 200, "quick"))
            #expect(server.connections == 2)
        }
    }

    @Test("wait their turn where no connection is free, go out in order, and are refused where too many wait")
    func queue() async throws {
        var settings = NetworkSettings()
        settings.connections.account = 1
        settings.mostWaiting = 2
        try await Self.with(settings) { _, request, text in
            text.contains("/slow") ? .silence : .ok("\(request)")
        } _: { client, base, _ in
            _ = try await client.ask(0, .get, "/", base, lane: .account)
            try await client.run { transport in
                let quick = VenueRequest(.get, Array("/".utf8))
                for number in 1...4 as ClosedRange<UInt64> {
                    transport.request(number, quick, lane: .account, base: base, timeoutNanoseconds: .max)
                }
            }
            let events = try await client.until { $0.count == 5 }.dropFirst()
            #expect(events.contains { if case .failed(4, .notSent) = $0 { true } else { false } })
            let answered: [NetworkTestEvent] = (1...3).map { .answered(UInt64($0), 200, "\($0)") }
            #expect(events.filter { if case .answered = $0 { true } else { false } } == answered)
            // One that waits in vain was not sent, one that was sent is unknown.
            try await client.run { transport in
                let slow = VenueRequest(.get, Array("/slow".utf8))
                transport.request(5, slow, lane: .account, base: base, timeoutNanoseconds: 120_000_000)
                transport.request(6, slow, lane: .account, base: base, timeoutNanoseconds: 40_000_000)
            }
            let late = try await client.until { $0.count == 7 }.suffix(2)
            #expect(late.contains { if case .failed(5, .noAnswer) = $0 { true } else { false } })
            #expect(late.contains { if case .failed(6, .notSent) = $0 { true } else { false } })
            #expect(!client.wasToldWithinCall)
        }
    }

    @Test(
        "that could become two requests, or have nowhere to go, are not sent",
        arguments: [
            ("/a b", "v", nil, "path is not plain ASCII"), ("/a\r\nHost: x", "v", nil, "path is not plain ASCII"),
            ("/", "v\r\nX-Other: 1", nil, "the header X-KEY holds a control character"),
            ("/", "v", "http://127.0.0.1:1", "127.0.0.1:1 refused the connection"),
            ("/", "v", "http://venue.example", "is not encrypted and not on this machine"),
            ("/", "v", "wss://venue.example", "has the wrong scheme"), ("/", "v", "venue", "has no scheme"),
        ] as [(String, String, String?, String)])
    func refused(target: String, value: String, elsewhere: String?, reason: String) async throws {
        let seen = NetworkTestSum()
        try await Self.with { _, _, _ in
            seen.add()
            return .ok("")
        } _: { client, base, _ in
            let event = try await client.ask(
                1, .post, target, elsewhere ?? base, lane: .account, headers: [.init("X-KEY", value)])
            guard case .failed(1, .notSent(let text))? = event else {
                Issue.record("\(String(describing: event))")
                return
            }
            #expect(text.contains(reason) && seen.count == 0 && !client.wasToldWithinCall)
        }
    }

    @Test("under way fail when all is shut down") func shutDown() async throws {
        try await Self.with { _, _, _ in
            .silence
        } _: { client, base, server in
            try await client.run { transport in
                transport.request(
                    1, VenueRequest(.post, [47]), lane: .account, base: base, timeoutNanoseconds: .max)
            }
            while server.connections == 0 { try await Task.sleep(for: .milliseconds(2)) }
            try await client.run { $0.shutdown() }
            let events = try await client.until { $0.count == 1 }
            guard case .failed(1, _)? = events.first else {
                Issue.record("\(events)")
                return
            }
        }
    }

    @Test("from async code have their answer or a reason in words") func fetch() async throws {
        try await Self.with { _, _, _ in
            .ok("hello")
        } _: { client, base, _ in
            let rest = try RESTClient(eventLoop: client.transport.eventLoop, settings: NetworkSettings())
            let (answer, body) = try await rest.fetch(VenueRequest(.get, [47]), base: base)
            #expect(answer.status == 200 && body == Array("hello".utf8))
            await #expect(throws: FetchError.notSent("127.0.0.1:1 refused the connection: nothing listens there")) {
                try await rest.fetch(VenueRequest(.get, [47]), base: "http://127.0.0.1:1")
            }
            await rest.shutdown()
        }
    }
}
