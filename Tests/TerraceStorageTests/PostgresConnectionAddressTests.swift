import Testing

@testable import TerraceStorage

@Suite("The URL of a PostgreSQL database") struct PostgresConnectionAddressTests {
    @Test("is read in all its parts, and shown without the password")
    func whole() throws {
        let address = try PostgresAddress(
            url:
                "postgresql://ter%40race:p%40ss%2Fword@db.example:6432/trades%20x?sslmode=verify-full&sslrootcert=/etc/ca.pem"
        )
        #expect(address.user == "ter@race" && address.password == "p@ss/word")
        #expect(address.host == "db.example" && address.port == 6432 && address.database == "trades x")
        #expect(address.security == ["sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"])
        for text in [
            address.description, address.debugDescription, "\(Mirror(reflecting: address).children.map { "\($0)" })",
        ] {
            #expect(!text.contains("p@ss") && !text.contains("p%40ss"))
        }
        var dumped = ""
        dump(address, to: &dumped)
        #expect(!dumped.contains("p@ss"))
    }

    @Test(
        "has what libpq has where a part is missing",
        arguments: [
            ("postgres://localhost/db", "localhost", 5432, nil),
            ("postgres:///db", "localhost", 5432, nil),
            ("postgres://me@[::1]:7000/db", "::1", 7000, "me"),
            ("postgres:///db?host=/var/run/postgresql", "/var/run/postgresql", 5432, nil),
            ("postgres://me:@h/db", "h", 5432, "me"),
        ] as [(String, String, UInt16, String?)])
    func parts(url: String, host: String, port: UInt16, user: String?) throws {
        let address = try PostgresAddress(url: url)
        #expect(address.host == host && address.port == port && address.user == user && address.password == nil)
        #expect(address.database == "db")
    }

    @Test(
        "is refused with what is wrong, and the password is not shown",
        arguments: [
            ("mysql://u:secret@h/db", .scheme), ("u:secret@h/db", .scheme), ("postgres://u:secret@h", .noDatabase),
            ("postgres://u:secret@h/", .noDatabase), ("postgres://u:secret@h:0/db", .port),
            ("postgres://u:secret@h:99999/db", .port), ("postgres://u:secret@h:+1/db", .port),
            ("postgres://u:sec/ret@h/db", .escape("password")), ("postgres://u:secret%2@h/db", .escape("password")),
            ("postgres://u:secret%zz@h/db", .escape("password")), ("postgres://u:secret%00@h/db", .escape("password")),
            ("postgres://u:secret@h/db?sslmode=maybe", .sslMode),
            ("postgres://u:secret@h/db?password=secret", .parameter("password")),
            ("postgres://u:secret@h/db?secret", .parameter("?")), ("postgres://u:secret@a,b/db", .host),
            ("postgres://u:secret@[::1/db", .host), ("postgres://u:secret@h/db?host=/x", .twoHosts),
            ("postgres://u:sec?ret@h/db", .noDatabase), ("postgres://u:s/ec?ret=1@h/db", .port),
            ("postgres://u:secret@h/" + String(repeating: "x", count: 2_000), .tooLong),
        ] as [(String, PostgresAddressError)])
    func refused(url: String, wanted: PostgresAddressError) {
        let error = #expect(throws: PostgresAddressError.self) { try PostgresAddress(url: url) }
        if wanted != .port { #expect(error == wanted, "\(url)") }
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test("never traps, whatever it is", arguments: 1...5)
    func fuzz(seed: Int) {
        var random = PoolRandom(state: UInt64(seed))
        let letters = Array("postgres://u:p@h[]:5432/db?sslmode=require&%20%é,\0 ")
        for _ in 0..<5_000 {
            let tail = String((0..<random.below(40)).map { _ in letters[random.below(letters.count)] })
            _ = try? PostgresAddress(url: "postgres://" + tail)
        }
    }
}
