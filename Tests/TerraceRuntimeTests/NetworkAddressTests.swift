import NIOHTTP1
import Testing

@testable import TerraceRuntime

@Suite("The address of a server") struct NetworkAddressTests {
    @Test(
        "is a scheme, a host and perhaps a port",
        arguments: [
            ("https://api.binance.com", "api.binance.com", 443, "api.binance.com"),
            ("wss://Stream.Binance.com:9443", "stream.binance.com", 9443, "stream.binance.com:9443"),
            ("WSS://stream.bybit.com/", "stream.bybit.com", 443, "stream.bybit.com"),
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1:8080"),
            ("https://[2001:db8::1]", "2001:db8::1", 443, "[2001:db8::1]"),
            ("ws://[::1]:90", "::1", 90, "[::1]:90"),
        ])
    func understood(text: String, host: String, port: Int, authority: String) throws {
        let address = try BaseAddress(text)
        #expect(address.host == host && address.port == port && address.authority == authority)
    }

    @Test(
        "is refused where it is anything else, and says why",
        arguments: [
            ("api.binance.com", BaseAddressError.noScheme("api.binance.com")),
            ("ftp://venue", .unknownScheme("ftp")), ("https://venue/api", .hasPath("https://venue/api")),
            ("https://venue?x=1", .hasPath("https://venue?x=1")), ("https://me:secret@venue", .hasCredentials),
            ("https://", .badHost("https://")), ("https://a b", .badHost("https://a b")),
            ("https://[::1", .badHost("https://[::1")), ("https://[::1]x", .badHost("https://[::1]x")),
            ("https://venue:", .badPort("")), ("https://venue:0", .badPort("0")),
            ("https://venue:65536", .badPort("65536")), ("https://venue:-1", .badPort("-1")),
        ])
    func refused(text: String, error: BaseAddressError) {
        #expect(throws: error) { try BaseAddress(text) }
    }

    @Test(
        "is of this machine only by loopback names and addresses",
        arguments: [
            ("http://localhost", true), ("http://127.8.0.1", true), ("http://[::1]", true),
            ("http://127.0.0.1.example", false), ("http://10.0.0.1", false), ("http://localhost.example", false),
        ])
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try BaseAddress(text).isLoopback == isLoopback)
    }
}

@Suite("The proxy of the environment") struct NetworkProxyTests {
    @Test(
        "is chosen by scheme, and not for hosts that are excepted",
        arguments: [
            ("https://api.venue.com", "p:1"), ("wss://api.venue.com", "p:1"), ("http://api.venue.com", "q:80"),
            ("https://inner.example", nil), ("https://a.inner.example", nil), ("https://notinner.example", "p:1"),
            ("https://ported.example", "p:1"), ("https://ported.example:444", nil), ("https://localhost", nil),
            ("https://127.0.0.1:9", nil), ("https://[2001:db8::1]", nil),
        ] as [(String, String?)])
    func chosen(base: String, place: String?) throws {
        let proxy = try ProxySettings(environment: [
            "HTTPS_PROXY": "http://p:1", "http_proxy": "q",
            "NO_PROXY": ".inner.example, ported.example:444,[2001:db8::1]",
        ])
        let address = try BaseAddress(base)
        #expect(proxy.place(for: address) == place)
    }

    @Test("never shows its password") func secret() throws {
        let proxy = try ProxySettings(environment: ["https_proxy": "http://me:p%40ss@proxy.example:3128"])
        let venue = try BaseAddress("https://venue")
        #expect(
            proxy.proxy(for: venue)?.authorization
                == "Basic \(Base64.encode(Array("me:p@ss".utf8)))")
        for text in ["\(proxy)", String(reflecting: proxy)] { #expect(text == "proxy proxy.example:3128") }
        let error = #expect(throws: ProxySettingsError.self) {
            try ProxySettings(environment: ["HTTPS_PROXY": "socks://me:p@ss@proxy"])
        }
        #expect(error?.description.contains("ss@") == false)
    }

    @Test(
        "has its credentials in base 64", arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")])
    func base64(plain: String, text: String) { #expect(Base64.encode(Array(plain.utf8)) == text) }
}

@Suite("Retry-After") struct NetworkRetryAfterTests {
    @Test(
        "is seconds, or a date against the server's own",
        arguments: [
            ("7", nil, 7), ("0", nil, 0), ("99999999999", nil, 2_592_000), ("soon", nil, 0), ("-3", nil, 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:30 GMT", 7),
            ("Thu, 01 Mar 2096 00:00:10 GMT", "Wed, 29 Feb 2096 23:59:50 GMT", 20),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:30 GMT", 0),
            ("Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:30 GMT", 0),
        ] as [(String, String?, Int64)])
    func read(text: String, date: String?, seconds: Int64) {
        var headers = HTTPHeaders([("Retry-After", text)])
        if let date { headers.add(name: "Date", value: date) }
        #expect(RetryAfter.nanoseconds(headers) == seconds * 1_000_000_000)
    }

    @Test("counts days as the calendar does")
    func epoch() { #expect(RetryAfter.seconds(ofDate: "Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777) }
}
