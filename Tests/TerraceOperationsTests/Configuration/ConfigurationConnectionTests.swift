import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("How venues are reached, by the configuration") struct ConfigurationConnectionTests {
    private static func venue(_ text: String) -> String {
        ConfigurationSamples.desk.replacing("  bybit:\n", with: "  bybit: \(text)\n")
    }

    @Test("is by addresses, roots, keys and the mode that it names") func taken() throws {
        let text =
            "mode: live\nrisk: { dead_man_seconds: 45.5 }\n"
            + Self.venue(
                "{ endpoints: { rest: https://127.0.0.1:8443, market: 'ws://[::1]:9', account: wss://test.example }, "
                    + "ca_file: root.pem, allow_withdraw_key: true, key_file: bybit.key }")
        let desk = try DeskConfiguration.parse(text, file: "desk.yml")
        let venue = try #require(desk.venues.last)
        #expect(desk.mode == .live && desk.limits.deadManNanoseconds == 45_500_000_000)
        #expect(venue.certificateFile == "root.pem" && venue.allowsWithdrawKey && venue.namesKey)
        let own = VenueEndpoints(rest: "https://a", market: "wss://b", account: "wss://c")
        #expect(
            venue.endpoints.over(own)
                == VenueEndpoints(
                    rest: "https://127.0.0.1:8443", market: "ws://[::1]:9", account: "wss://test.example"))
        let other = try #require(desk.venues.first)
        #expect(other.endpoints.over(own) == own && !other.namesKey && !other.allowsWithdrawKey)
    }

    @Test("is a dry run with the venues' own addresses unless it says otherwise") func defaults() throws {
        let desk = try DeskConfiguration.parse(ConfigurationSamples.desk, file: "desk.yml")
        #expect(desk.mode == .dryRun && desk.limits.deadManNanoseconds == 120_000_000_000)
    }

    @Test(
        "takes an address that is encrypted, or is this machine",
        arguments: [
            "https://api.binance.com", "https://10.0.0.1:8443", "https://[fe80::1]:1", "http://localhost",
            "http://LOCALHOST:80", "http://127.0.0.1:65535", "http://127.9.9.9", "http://[::1]:8080",
        ])
    func address(_ text: String) {
        #expect(EndpointAddress.fault(of: text, secure: "https", plain: "http") == nil)
    }

    @Test(
        "never sends a key in the clear",
        arguments: [
            "http://api.binance.com", "http://127.0.0.1.example.com", "http://128.0.0.1", "http://127.0.0.1234",
            "http://127.1", "http://localhost.example.com", "http://[::2]",
        ])
    func clear(_ text: String) {
        #expect(EndpointAddress.fault(of: text, secure: "https", plain: "http") == .notEncrypted)
    }

    @Test(
        "takes nothing else for an address",
        arguments: [
            "", "https://", "api.binance.com", "wss://api.binance.com", "https://a/", "https://a/path", "https://a?b",
            "https://a:0", "https://a:65536", "https://a:", "https://a:8x", "https://a b", "https://-a", "https://a..b",
            "https://[::1", "https://[::1]x", "https://[zz]", "https://ä.example", "HTTPS://a",
            "https://" + String(repeating: "a", count: 300),
        ])
    func noAddress(_ text: String) {
        #expect(EndpointAddress.fault(of: text, secure: "https", plain: "http") == .notAnAddress)
    }

    @Test(
        "says what is wrong, with line and column",
        arguments: [
            (
                "{ endpoints: { rest: http://api.bybit.com } }",
                #"3:31: "rest" in endpoints must begin with https://, not "http://api.bybit.com": without encryption "#
                    + "only this machine is reached, as http://127.0.0.1:8080"
            ),
            (
                "{ endpoints: { market: https://a } }",
                #"3:33: "market" in endpoints must be wss://HOST or wss://HOST:PORT without a path, not "https://a""#
            ),
            (
                "{ endpoints: { rest: 'https://me:hunter2@a' } }",
                #"3:31: "rest" in endpoints must have no user name or password: keys are named by "api_key_env" or "#
                    + #""key_file""#
            ),
            (
                "{ endpoints: { private: wss://a } }",
                #"3:25: unknown key "private" in endpoints"#
            ),
            (
                "{ api_key_env: A, api_secret_env: B, key_file: f }",
                #"3:12: "api_key_env" in bybit stands beside "key_file": name the variables or the file, not both"#
            ),
            (
                "{ api_key_env: A }",
                #"3:12: "api_key_env" in bybit needs "api_secret_env" beside it: a key has two parts"#
            ),
            (
                "{ api_key_env: A, api_secret_env: A }",
                #"3:44: "api_secret_env" in bybit is the variable of "api_key_env": the two hold different things"#
            ),
            ("{ ca_file: '' }", #"3:21: "ca_file" in bybit is empty"#),
            (
                "{ simulated: true, key_file: f }",
                #"3:29: "key_file" in bybit is for real venues, and this one is "simulated""#
            ),
        ])
    func findings(_ text: String, _ message: String) {
        #expect(ConfigurationSamples.messages(Self.venue(text)).first == "desk.yml:\(message)")
    }

    @Test("never repeats what may be a password") func hidden() {
        for text in ["'https://me:hunter2@a'", "'https://me:hunter2@a b'", "'me:hunter2@a'"] {
            let messages = ConfigurationSamples.messages(Self.venue("{ endpoints: { rest: \(text) } }"))
            #expect(!messages.isEmpty && !messages.joined().contains("hunter2"))
        }
    }

    @Test("has a dead-man switch that a slow network does not set off") func deadMan() {
        func messages(_ seconds: String) -> [String] {
            ConfigurationSamples.messages("risk: { dead_man_seconds: \(seconds) }\n" + ConfigurationSamples.desk)
        }
        #expect(messages("0") == [] && messages("10") == [] && messages("300") == [])
        #expect(
            messages("9.999")
                == [#"desk.yml:1:27: "dead_man_seconds" in risk must be 0, which is never, or 10 to 300"#])
        #expect(messages("301") == [#"desk.yml:1:27: "dead_man_seconds" in risk must be 0 to 300, not 301"#])
    }

    @Test(
        "is live only where the file and the command line both say so",
        arguments: [
            (RunMode.dryRun, nil, RunMode.dryRun), (.paper, nil, .paper), (.live, nil, nil), (.live, .live, .live),
            (.dryRun, .live, nil), (.paper, .live, nil), (.live, .paper, .paper), (.live, .dryRun, .dryRun),
            (.dryRun, .paper, .paper),
        ] as [(RunMode, RunMode?, RunMode?)])
    func mode(file: RunMode, asked: RunMode?, runs: RunMode?) throws {
        let desk = try DeskConfiguration.parse("mode: \(file.rawValue)\n" + ConfigurationSamples.desk, file: "d.yml")
        #expect((try? RunMode.of(desk, asked: asked)) == runs)
    }
}
