import Foundation
import Testing

/// A redis-server of our own on a free port of 127.0.0.1, in a temporary folder. It ends with this process, however that
/// ends: a shell between the two kills it when its input closes.
final class RedisServer: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let port: Int
    let folder: URL
    private let arguments: [String]
    private let isSecure: Bool
    private var shell: Process?
    private var input: Pipe?
    private var pid: pid_t = 0

    /// Starts one. `arguments` are those of redis-server; with `certificate` it speaks TLS alone.
    init(_ arguments: [String] = [], certificate: (certificate: String, key: String)? = nil) async throws {
        guard FileManager.default.isExecutableFile(atPath: Self.binary) else {
            throw Failure(description: "redis-server is not installed: apt-get install redis-server, or `make setup`")
        }
        self.port = try Self.freePort()
        self.folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "terrace-redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.isSecure = certificate != nil
        var all = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder.path]
        if let certificate {
            all += [
                "--port", "0", "--tls-port", "\(self.port)", "--tls-cert-file", certificate.certificate,
                "--tls-key-file",
                certificate.key, "--tls-ca-cert-file", certificate.certificate, "--tls-auth-clients", "no",
            ]
        } else {
            all += ["--port", "\(self.port)"]
        }
        self.arguments = all + arguments
        try await self.start()
    }

    deinit {
        self.kill()
        try? FileManager.default.removeItem(at: self.folder)
    }

    static let binary = "/usr/bin/redis-server"

    /// The address, in clear or over TLS as it was started.
    var address: String {
        "\(self.isSecure ? "rediss" : "redis")://\(self.isSecure ? "localhost" : "127.0.0.1"):\(self.port)"
    }

    /// Starts it again: with what it saved, where it did.
    func start() async throws { try await offPool { try self.startBlocking() } }

    private func startBlocking() throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments =
            ["-c", "\"$@\" >\"$0/log\" 2>&1 & echo $!; read _; kill -9 $!", self.folder.path, Self.binary]
            + self.arguments
        let input = Pipe()
        let output = Pipe()
        shell.standardInput = input
        shell.standardOutput = output
        try shell.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let pid = pid_t(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failure(description: "redis-server did not start")
        }
        self.shell = shell
        self.input = input
        self.pid = pid
        for _ in 0..<6_000 {
            if self.isListening() { return }
            usleep(10_000)
        }
        let log = (try? String(contentsOf: self.folder.appendingPathComponent("log"), encoding: .utf8)) ?? ""
        throw Failure(description: "redis-server does not listen on port \(self.port): \(log.suffix(600))")
    }

    /// kill -9.
    func kill() {
        guard self.pid > 0 else { return }
        _ = Foundation.kill(self.pid, SIGKILL)
        self.pid = 0
        try? self.input?.fileHandleForWriting.close()
        self.shell?.waitUntilExit()
        self.shell = nil
        self.input = nil
    }

    /// Stops it as it stands; `goOn` lets it go on.
    func pause() { _ = Foundation.kill(self.pid, SIGSTOP) }

    func goOn() { _ = Foundation.kill(self.pid, SIGCONT) }

    /// What redis-cli answers to a command.
    @discardableResult func ask(_ words: String..., password: String? = nil) async throws -> String {
        try await self.run(words, password: password)
    }

    /// The same with a list of words.
    @discardableResult func ask(_ words: [String]) async throws -> String { try await self.run(words) }

    /// Publishes any bytes, as somebody would whom nobody asked.
    func publish(_ channel: String, _ bytes: [UInt8]) async throws {
        _ = try await self.run(["-x", "PUBLISH", channel], input: bytes)
    }

    /// Stores any bytes under a key.
    func store(_ key: String, _ bytes: [UInt8]) async throws {
        _ = try await self.run(["-x", "SET", key], input: bytes)
    }

    private func run(_ words: [String], password: String? = nil, input: [UInt8] = []) async throws -> String {
        try await offPool {
            let client = Process()
            client.executableURL = URL(fileURLWithPath: "/usr/bin/redis-cli")
            var arguments = ["-p", "\(self.port)"]
            if self.isSecure { arguments += ["-h", "localhost", "--tls", "--insecure"] }
            client.arguments = arguments + words
            var environment = ProcessInfo.processInfo.environment
            environment["REDISCLI_AUTH"] = password
            client.environment = environment
            let output = Pipe()
            let given = Pipe()
            client.standardInput = given
            client.standardOutput = output
            client.standardError = FileHandle.nullDevice
            try client.run()
            given.fileHandleForWriting.write(Data(input))
            try given.fileHandleForWriting.close()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            client.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
    }

    /// The connections whose name begins so, as the server counts them.
    func connections(named name: String) async throws -> [String] {
        try await self.ask("CLIENT", "LIST").split(separator: "\n").map { String($0) }
            .filter { $0.contains(" name=\(name)") }
    }

    private func isListening() -> Bool {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = Self.loopback(self.port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    /// A port that nobody has.
    static func freePort() throws -> Int {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let done = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard done else { throw Failure(description: "no free port") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
