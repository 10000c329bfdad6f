import Foundation
import Glibc
import Testing

@testable import TerraceStorage

@Suite("A connection to PostgreSQL") struct PostgresConnectionTests {
    static func connection(_ settings: PostgresSettings = PostgresSettings()) throws -> PostgresConnection {
        let address = try PostgresAddress(url: PostgresServer.shared().newDatabase())
        return try .connected(to: address, settings: settings)
    }
    static func error(_ body: () throws -> Void) -> DatabaseError? {
        do {
            try body()
            return nil
        } catch { return error as? DatabaseError }
    }

    @Test("brings values there and back")
    func values() throws {
        let connection = try Self.connection()
        let result = try connection.query(
            "SELECT $1::numeric(40,20), $2::bigint, $3::text, $4::bytea, $5::boolean, $6::text, $7::text[], $8::bigint[]",
            [
                .text("123456789012345678.12345678901234567890"), .int(.min), .text("Grüße \"\\ \u{1F600}"),
                .bytes([0, 1, 255]), .bool(true), .null, .texts(["a", "b\"\\,{}", "", "NULL"]), .ints([1, -2]),
            ])
        #expect(result.rows == 1 && result.columns == 8)
        #expect(try result.text(0, 0) == "123456789012345678.12345678901234567890")
        #expect(try result.int(0, 1) == .min && result.text(0, 2) == "Grüße \"\\ \u{1F600}")
        #expect(try result.text(0, 3) == "\\x0001ff" && result.bool(0, 4) && result.isNull(0, 5))
        #expect(try result.optionalText(0, 5) == nil)
        #expect(try result.text(0, 6) == #"{a,"b\"\\,{}","","NULL"}"# && result.text(0, 7) == "{1,-2}")
        #expect(result.withBytes(0, 2) { $0.count } == "Grüße \"\\ \u{1F600}".utf8.count)
        let found = try connection.query(
            "SELECT count(*) FROM unnest($1::text[]) t WHERE t = ANY($2)", [.texts(["a", "b"]), .texts(["b", "c"])])
        #expect(try found.int(0, 0) == 1)
    }

    @Test(
        "reads whole numbers exactly, and nothing else as one",
        arguments: [
            ("9223372036854775807", 9_223_372_036_854_775_807), ("-9223372036854775808", .min), ("0", 0), ("-0", 0),
            ("9223372036854775808", nil), ("", nil), ("-", nil), ("1.5", nil), ("1e3", nil),
            ("99999999999999999999999", nil),
        ] as [(String, Int64?)])
    func numbers(text: String, number: Int64?) throws {
        let connection = try PostgresConnection.connected(to: PostgresServer.shared().address())
        let result = try connection.query("SELECT $1::text", [.text(text)])
        if let number {
            #expect(try result.int(0, 0) == number)
        } else {
            #expect(throws: DatabaseError.self) { try result.int(0, 0) }
        }
        #expect(throws: DatabaseError.self) { try result.int(1, 0) }
        #expect(throws: DatabaseError.self) { try result.text(0, -1) }
    }

    @Test("is set up as it should be, and says nothing to standard error")
    func setUp() throws {
        let connection = try Self.connection(PostgresSettings(statementTimeout: .seconds(7)))
        let shown = try ["statement_timeout", "TimeZone", "client_encoding", "application_name"].map {
            try connection.execute("SHOW \($0)").text(0, 0)
        }
        #expect(shown == ["7s", "UTC", "UTF8", "terrace"])
        #expect(connection.processID > 0 && connection.serverVersion > 90_000 && connection.isClean)
    }

    @Test("tells what went wrong by kind, and serves on")
    func errors() throws {
        let connection = try Self.connection()
        try connection.execute("CREATE TABLE facts (id bigint PRIMARY KEY)")
        try connection.query("INSERT INTO facts VALUES ($1)", [.int(1)])
        let table: [(String, DatabaseError.Kind, String)] = [
            ("INSERT INTO facts VALUES (1)", .constraint, "23505"), ("SELECT * FROM nowhere", .schema, "42P01"),
            ("SELEC", .schema, "42601"), ("SELECT 1/0", .other, "22012"), ("SELECT pg_sleep(9)", .timedOut, "57014"),
            ("BEGIN READ ONLY; INSERT INTO facts VALUES (2)", .readOnly, "25006"),
        ]
        try connection.execute("SET statement_timeout = 50")
        for (sql, kind, code) in table {
            let error = Self.error { try connection.execute(sql) }
            #expect(error?.kind == kind && error?.sqlState == code, "\(sql): \(error.map { "\($0)" } ?? "no error")")
            try connection.recover(by: .after(.seconds(5)))
            #expect(connection.isClean)
        }
        #expect(Self.error { try connection.query("SELECT $1", [.text("a\0b")]) }?.kind == .other)
        #expect(try connection.execute("SELECT count(*) FROM facts").int(0, 0) == 1)
    }

    @Test("commits a transaction whole or not at all")
    func transactions() throws {
        let connection = try Self.connection()
        try connection.execute("CREATE TABLE facts (id bigint PRIMARY KEY)")
        try connection.transaction { (connection) throws(DatabaseError) in
            try connection.query("INSERT INTO facts VALUES ($1)", [.int(1)])
        }
        let error = Self.error {
            try connection.transaction { (connection) throws(DatabaseError) in
                try connection.query("INSERT INTO facts VALUES ($1)", [.int(2)])
                try connection.query("INSERT INTO facts VALUES ($1)", [.int(1)])
            }
        }
        #expect(error?.kind == .constraint && connection.isClean)
        let swallowed = Self.error {
            try connection.transaction { (connection) throws(DatabaseError) in
                try connection.query("INSERT INTO facts VALUES ($1)", [.int(3)])
                _ = try? connection.query("INSERT INTO facts VALUES ($1)", [.int(1)])
            }
        }
        #expect(swallowed?.kind == .conflict, "a failure that somebody swallowed is not taken for a commit")
        #expect(try connection.execute("SELECT sum(id) FROM facts").int(0, 0) == 1)
    }

    @Test("copies rows in by chunks, and none of them where the source or the server fails")
    func copy() throws {
        let connection = try Self.connection()
        try connection.execute("CREATE TABLE facts (id bigint PRIMARY KEY, note text)")
        var next: Int64 = 0
        let count = try connection.copyIn("COPY facts FROM STDIN") { (buffer) throws(DatabaseError) in
            while buffer.count < 60_000, next < 50_000 {
                buffer += Array("\(next)\tn\(next)\n".utf8)
                next += 1
            }
            return next < 50_000
        }
        #expect(count == 50_000)
        #expect(try connection.execute("SELECT sum(id) FROM facts").int(0, 0) == 50_000 * 49_999 / 2)
        let twice = Self.error {
            try connection.copyIn("COPY facts FROM STDIN") { (buffer) throws(DatabaseError) in
                buffer = Array("60000\tx\n0\ty\n".utf8)
                return false
            }
        }
        #expect(twice?.kind == .constraint && connection.isClean)
        let source = DatabaseError(.other, at: "source", "no more")
        #expect(
            Self.error {
                try connection.copyIn("COPY facts FROM STDIN") { (buffer) throws(DatabaseError) in
                    buffer = Array("70000\tx\n".utf8)
                    if buffer.count > 0 { throw source }
                    return true
                }
            } == source)
        #expect(connection.isClean)
        #expect(Self.error { try connection.copyIn("SELECT 1") { _ in false } }?.kind == .other)
        #expect(Self.error { try connection.copyIn("COPY nowhere FROM STDIN") { _ in false } }?.kind == .schema)
        #expect(Self.error { try connection.execute("COPY facts FROM STDIN") }?.kind == .other)
        #expect(!connection.isClean, "a COPY that nobody feeds ends the connection")
        let other = try PostgresConnection.connected(to: connection.address)
        #expect(try other.execute("SELECT count(*) FROM facts").int(0, 0) == 50_000)
    }

    @Test("sends a batch at once, each result in its place; all of it or nothing")
    func batches() throws {
        let connection = try Self.connection()
        try connection.execute("CREATE TABLE facts (id bigint PRIMARY KEY, note text)")
        for round in 0..<2 {
            let base = Int64(round * 5_000)
            let results = try connection.batch(
                (0..<5_000).map {
                    $0 % 10 == 9
                        ? PostgresStatement("SELECT count(*) FROM facts WHERE id = $1", [.int(base + $0 - 1)])
                        : PostgresStatement("INSERT INTO facts VALUES ($1, $2)", [.int(base + $0), .text("n")])
                })
            #expect(results.count == 5_000)
            #expect(try results[9].int(0, 0) == 1 && results[0].affected == 1)
        }
        #expect(try connection.execute("SELECT count(*) FROM facts").int(0, 0) == 9_000)
        let error = Self.error {
            _ = try connection.batch([
                PostgresStatement("INSERT INTO facts VALUES ($1, 'new statement')", [.int(20_000)]),
                PostgresStatement("INSERT INTO facts VALUES ($1, $2)", [.int(0), .text("there already")]),
                PostgresStatement("INSERT INTO facts VALUES ($1, 'never sent on')", [.int(20_001)]),
            ])
        }
        #expect(error?.kind == .constraint && connection.isClean)
        #expect(try connection.execute("SELECT count(*) FROM facts WHERE id >= 20000").int(0, 0) == 0)
        let again = try connection.batch([
            PostgresStatement("INSERT INTO facts VALUES ($1, 'new statement')", [.int(20_000)]),
            PostgresStatement("INSERT INTO facts VALUES ($1, 'never sent on')", [.int(20_001)]),
        ])
        #expect(again.map { $0.affected } == [1, 1], "names of statements that failed to be prepared are not used")
    }

    @Test("keeps no more prepared statements than it may, and prepares anew what is gone")
    func prepared() throws {
        let connection = try Self.connection(PostgresSettings(preparedStatements: 5))
        for number in 0..<20 {
            #expect(try connection.query("SELECT \(number) + $1::int", [.int(1)]).int(0, 0) == Int64(number) + 1)
        }
        #expect(try connection.execute("SELECT count(*) FROM pg_prepared_statements").int(0, 0) <= 5)
        try connection.execute("DEALLOCATE ALL")
        #expect(try connection.query("SELECT 19 + $1::int", [.int(1)]).int(0, 0) == 20)
        try connection.execute("CREATE TABLE facts (id bigint); INSERT INTO facts VALUES (1)")
        #expect(try connection.query("SELECT * FROM facts").columns == 1)
        try connection.execute("ALTER TABLE facts ADD note text")
        #expect(try connection.query("SELECT * FROM facts").columns == 2)
    }

    @Test("keeps the request's own deadline, cancels at the server, and serves on")
    func deadline() throws {
        let connection = try Self.connection()
        let process = connection.processID
        connection.begin(deadline: .after(.milliseconds(60)))
        let error = Self.error { try connection.execute("SELECT pg_sleep(60)") }
        #expect(error?.kind == .timedOut && !connection.isClean)
        #expect(Self.error { try connection.execute("SELECT 1") }?.kind == .timedOut, "not in between")
        connection.begin(deadline: .never)
        try connection.recover(by: .after(.seconds(60)))
        #expect(connection.isClean)
        #expect(try connection.execute("SELECT 2").int(0, 0) == 2 && connection.processID == process)
        connection.begin(deadline: .after(.milliseconds(100)))
        let inside = Self.error {
            try connection.transaction { (connection) throws(DatabaseError) in
                _ = try connection.execute("CREATE TABLE never (id bigint); SELECT pg_sleep(60)")
            }
        }
        #expect(inside?.kind == .timedOut)
        connection.begin(deadline: .never)
        try connection.recover(by: .after(.seconds(60)))
        #expect(
            try connection.execute("SELECT to_regclass('never') IS NULL").bool(0, 0), "what was begun is rolled back")
    }

    @Test("says where and why it was not opened, and never with what password")
    func refused() throws {
        let server = try PostgresServer.shared()
        let table: [(String, DatabaseError.Kind, String?)] = [
            ("postgres://terrace:wrong-secret@127.0.0.1:\(server.port)/postgres", .authentication, "28P01"),
            ("postgres://terrace@127.0.0.1:\(server.port)/postgres", .authentication, nil),
            (
                "postgres://terrace:\(PostgresServer.password)@127.0.0.1:\(server.port)/nowhere", .missingDatabase,
                "3D000"
            ),
            ("postgres://terrace:wrong-secret@127.0.0.1:1/postgres", .unreachable, nil),
            ("postgres://terrace:wrong-secret@127.0.0.1:\(server.port)/postgres?sslmode=require", .unreachable, nil),
        ]
        for (url, kind, code) in table {
            let address = try PostgresAddress(url: url)
            let error = Self.error { _ = try PostgresConnection.connected(to: address) }
            #expect(error?.kind == kind && error?.sqlState == code, "\(error.map { "\($0)" } ?? "no error")")
            let text = error?.description ?? ""
            #expect(text.contains("127.0.0.1") && !text.contains("secret") && !text.contains(PostgresServer.password))
        }
    }

    @Test("finds out that it was cut, and says so")
    func cut() throws {
        let connection = try Self.connection()
        try PostgresServer.shared().run("select pg_terminate_backend(\(connection.processID))")
        let error = Self.error { try connection.execute("SELECT 1") }
        #expect(error?.kind == .unreachable, "\(error.map { "\($0)" } ?? "no error")")
        #expect(!connection.isClean)
        #expect(Self.error { try connection.recover(by: .after(.seconds(5))) }?.kind == .unreachable)
    }

    @Test("is gone at the server when its closing has ended")
    func close() throws {
        let server = try PostgresServer.shared()
        for isBusy in [false, true] {
            let connection = try Self.connection()
            let process = connection.processID
            if isBusy {
                connection.begin(deadline: .after(.milliseconds(20)))
                _ = Self.error { try connection.execute("SELECT pg_sleep(0.3)") }
            }
            connection.close(by: .after(.seconds(60)))
            #expect(try server.run("select count(*) from pg_stat_activity where pid = \(process)") == [["0"]])
            #expect(Self.error { try connection.execute("SELECT 1") }?.kind == .unreachable)
        }
    }
}
