import Foundation
import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("The key of a venue") struct VenueKeysTests {
    /// Variables that a test sets.
    final class Variables {
        var values: [String: String]
        init(_ values: [String: String]) { self.values = values }
        var environment: KeyEnvironment {
            KeyEnvironment(value: { self.values[$0] }, remove: { self.values[$0] = nil })
        }
    }

    private static func venue(
        _ name: String = "binance", key: String? = nil, secret: String? = nil, file: String? = nil
    ) -> VenueConfiguration {
        var venue = VenueConfiguration(name: name, place: Place(line: 1, column: 1))
        venue.keyVariable = key
        venue.secretVariable = secret
        venue.keyFile = file
        return venue
    }

    private static func error(_ result: Result<VenueCredentials, KeyError>?) -> KeyError? {
        if case .failure(let error) = result { error } else { nil }
    }

    private static func load(_ venue: VenueConfiguration, _ values: [String: String] = [:]) -> Result<
        VenueCredentials, KeyError
    >? { VenueKeys.load([venue], from: Variables(values).environment).first?.key }

    /// Calls `body` with the path of a file that has `text` and `mode`.
    private static func withFile(_ text: String, mode: Int = 0o600, _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("venue.key").path
        #expect(
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: NSNumber(value: mode)]))
        try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: mode)], ofItemAtPath: path)
        try body(path)
    }

    @Test("comes from two variables, which are then gone, also where two venues name the same") func variables() throws
    {
        let variables = Variables(["K": "public", "S": "hunter2", "OTHER": "stays"])
        let keys = VenueKeys.load(
            [Self.venue(key: "K", secret: "S"), Self.venue("binance_perp", key: "K", secret: "S")],
            from: variables.environment)
        #expect(keys.map { $0.venue } == ["binance", "binance_perp"])
        for (_, key) in keys {
            let credentials = try key.get()
            #expect(credentials.key == "public" && credentials.secret == Array("hunter2".utf8))
        }
        #expect(variables.values == ["OTHER": "stays"])
    }

    @Test("is taken out of the process's own environment") func process() throws {
        let name = "TERRACE_TEST_\(UUID().uuidString.replacing("-", with: "_"))"
        setenv(name, "hunter2", 1)
        #expect(KeyEnvironment.process.value(name) == "hunter2")
        KeyEnvironment.process.remove(name)
        #expect(KeyEnvironment.process.value(name) == nil && getenv(name) == nil)
    }

    @Test("is missed by name, and its content never told") func missing() {
        #expect(Self.error(Self.load(Self.venue())) == .notNamed(venue: "binance"))
        #expect(Self.error(Self.load(Self.venue(key: "K"))) == .notNamed(venue: "binance"))
        #expect(
            Self.error(Self.load(Self.venue(key: "K", secret: "S", file: "f"))) == .namedTwice(venue: "binance"))
        #expect(Self.error(Self.load(Self.venue(key: "K", secret: "S"), ["K": "a"])) == .variableMissing("S"))
        for value in ["", "hunter 2", "hunter2\r\nX: y", "\"h\u{e4}nter2\"", String(repeating: "hunter2", count: 200)] {
            let error = Self.error(Self.load(Self.venue(key: "K", secret: "S"), ["K": "a", "S": value]))
            #expect(error == .unfit(source: "S"))
            #expect(error.map { !"\($0)".contains("hunter2") } == true)
        }
        #expect(
            Self.error(
                Self.load(Self.venue(key: "K", secret: "S"), ["K": "a", "S": "-----BEGIN PRIVATE KEY-----\nhunter2"]))
                == .brokenPEM(source: "S"))
    }

    @Test("comes from a file of its owner's", arguments: [0o600, 0o400]) func file(mode: Int) throws {
        try Self.withFile("# Binance\r\n\r\n key = public \r\nsecret=hun=ter2\r\n", mode: mode) { path in
            let credentials = try #require(try Self.load(Self.venue(file: path))?.get())
            #expect(credentials.key == "public" && credentials.secret == Array("hun=ter2".utf8))
        }
    }

    @Test("may be a private key in PEM form, at the end of the file") func pem() throws {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ==\n-----END PRIVATE KEY-----\n"
        try Self.withFile("key=public\n\(pem)") { path in
            let credentials = try #require(try Self.load(Self.venue(file: path))?.get())
            #expect(credentials.key == "public" && credentials.secret == Array(pem.utf8))
        }
    }

    @Test(
        "is not taken from a file that others may read or write", arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o610])
    func open(mode: Int) throws {
        try Self.withFile("key=public\nsecret=hunter2\n", mode: mode) { path in
            let error = try #require(Self.error(Self.load(Self.venue(file: path))))
            #expect(error == .tooOpen(path: path, mode: String(mode, radix: 8)))
            #expect("\(error)".contains("chmod 600"))
        }
    }

    @Test("is not taken from what is no file of ours") func kinds() throws {
        try Self.withFile("") { path in
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            #expect(Self.error(Self.load(Self.venue(file: folder.path))) == .notAFile(path: folder.path))
            let pipe = folder.appendingPathComponent("pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(Self.error(Self.load(Self.venue(file: pipe))) == .notAFile(path: pipe))
            #expect(Self.error(Self.load(Self.venue(file: "/dev/null"))) == .notAFile(path: "/dev/null"))
            let none = folder.appendingPathComponent("none").path
            #expect(Self.error(Self.load(Self.venue(file: none))) == .unreadable(path: none, code: ENOENT))
            // A link to a file of somebody else's is that file; root owns everything only where root runs this.
            let link = folder.appendingPathComponent("link").path
            #expect(symlink("/etc/passwd", link) == 0)
            let expected: KeyError = geteuid() == 0 ? .tooOpen(path: link, mode: "644") : .notOurs(path: link)
            #expect(Self.error(Self.load(Self.venue(file: link))) == expected)
        }
    }

    @Test(
        "is not taken from a file that says something else",
        arguments: [
            ("", "has no line key=...: add it"), ("key=a\n", "has no line secret=...: add it"),
            ("key=a\nsecret=hunter2\nkey=b\n", "has key= twice"),
            ("key=a\nsecret=hunter2\nhunter2\n", "line 3 of"), ("apikey=hunter2\n", "line 1 of"),
            ("key=a\nsecret=\n", "is empty or holds signs"), ("key=a b\nsecret=hunter2\n", "is empty or holds signs"),
            ("key=a\nsecret=hunter2\n-----BEGIN X-----\n-----END X-----", "has secret= twice"),
            (String(repeating: "#hunter2\n", count: 2_000), "is larger than 16384 bytes"),
        ])
    func content(_ text: String, _ message: String) throws {
        try Self.withFile(text) { path in
            let error = try #require(Self.error(Self.load(Self.venue(file: path))))
            #expect("\(error)".contains(message) && "\(error)".contains(path))
            #expect(!"\(error)".contains("hunter2"))
        }
    }
}
