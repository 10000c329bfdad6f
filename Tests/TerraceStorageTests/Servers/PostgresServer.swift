import CPostgres
import Foundation
import Glibc
import Synchronization

/// A real PostgreSQL on loopback, in a folder of its own, started by `scripts/servers.sh`.
///
/// Most tests share one, each with a database of its own: `try PostgresServer.shared().newDatabase()` is a URL. A test that
/// kills or stops the server starts its own: `try PostgresServer()`. Servers end with the process that runs the tests,
/// however that ends: a guard waits for the end of a stream whose other end only this process holds.
final class PostgresServer: Sendable {
    /// What went wrong with a server, in the words of the script or of the server.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The password of user `terrace`: no text that is shown may have it in it.
    static let password = "a-password-of-tests"

    private static let common = Mutex<Result<PostgresServer, Failure>?>(nil)
    private static let databases = Atomic<Int>(0)

    /// Its folder.
    let folder: String
    /// Where it listens on 127.0.0.1.
    let port: Int
    private let keepsGuard: Int32

    /// The server that tests share, started when it is first asked for.
    static func shared() throws -> PostgresServer {
        try Self.common.withLock { common in
            let result = common ?? Result { () throws(Failure) in try PostgresServer() }
            common = result
            return result
        }.get()
    }

    /// A server of its own; `settings` such as `max_connections=20` go to its configuration.
    init(settings: [String] = []) throws(Failure) {
        let root = "/tmp/terrace-tests-\(getpid())"
        try? FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let folder = "\(root)/postgres-\(Self.databases.add(1, ordering: .relaxed).newValue)"
        let said = try Self.script(["start-postgres", folder] + settings)
        guard let port = said.split(separator: "\n").first(where: { $0.hasPrefix("port=") })?.dropFirst(5),
            let number = Int(port)
        else { throw Failure(description: "servers.sh said no port: \(said)") }
        self.folder = folder
        self.port = number
        self.keepsGuard = try Self.startGuard(folder)
    }

    deinit {
        close(self.keepsGuard)
    }

    /// Where `database` is, with user and password.
    func url(_ database: String) -> String {
        "postgres://terrace:\(Self.password)@127.0.0.1:\(self.port)/\(database)"
    }

    /// A new empty database of its own, as a URL.
    func newDatabase() throws -> String {
        let name = "t_\(Self.databases.add(1, ordering: .relaxed).newValue)"
        try self.run("create database \(name)")
        return self.url(name)
    }

    /// Ends it at once, as a crash would, its backends too.
    func kill() throws { _ = try Self.script(["kill", self.folder]) }
    /// Stops it in good order.
    func stop() throws { _ = try Self.script(["stop", self.folder]) }
    /// Starts it once more after `kill` or `stop`: same port, same data.
    func start() throws { _ = try Self.script(["again", self.folder]) }

    /// Runs statements on a connection of its own, and gives the rows of the last; `NULL` is the empty text.
    @discardableResult
    func run(_ sql: String, in database: String = "postgres") throws -> [[String]] {
        guard let connection = PQconnectdb(self.url(database)) else { throw Failure(description: "no memory") }
        defer { PQfinish(connection) }
        guard PQstatus(connection) == CONNECTION_OK else { throw Failure(Self.text(PQerrorMessage(connection))) }
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
            throw Failure(Self.text(PQerrorMessage(connection)))
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in Self.text(PQgetvalue(result, row, column)) }
        }
    }

    private static func text(_ bytes: UnsafePointer<CChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }

    private static let scriptPath = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("scripts/servers.sh").path

    private static func script(_ arguments: [String]) throws(Failure) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [Self.scriptPath] + arguments
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        do {
            try process.run()
        } catch {
            throw Failure("bash does not start: \(error)")
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure("servers.sh \(arguments.joined(separator: " ")): \(text)") }
        return text
    }

    /// Starts what ends the server once nobody holds the descriptor any more that this gives back.
    private static func startGuard(_ folder: String) throws(Failure) -> Int32 {
        var ends: [Int32] = [0, 0]
        // Closed on exec from the start: a server that another thread starts meanwhile must not hold it too.
        let kind = Int32(bitPattern: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Failure("no pair of sockets: \(errno)") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["bash", Self.scriptPath, "guard", folder]
        process.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw Failure("the guard of a server does not start: \(error)")
        }
        return ends[1]
    }
}

extension PostgresServer.Failure {
    init(_ description: String) { self.description = description }
}
