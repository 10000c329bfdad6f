import Foundation

/// A certificate authority that lives as long as a test, and one certificate for localhost, made with openssl.
final class TestAuthority: Sendable {
    let folder: URL
    var root: String { self.folder.appendingPathComponent("root.pem").path }
    var certificate: String { self.folder.appendingPathComponent("server.pem").path }
    var key: String { self.folder.appendingPathComponent("server.key").path }

    init() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-ca-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await offPool {
            let script = """
                set -e
                new="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
                openssl req -x509 $new -days 2 -subj "/CN=Test root" -keyout root.key -out root.pem
                openssl req $new -subj /CN=localhost -keyout server.key -out server.csr
                printf "subjectAltName=DNS:localhost\\n" >names
                openssl x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile names -out server.pem
                """
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", script]
            shell.currentDirectoryURL = folder
            shell.standardError = FileHandle.nullDevice
            try shell.run()
            shell.waitUntilExit()
            guard shell.terminationStatus == 0 else {
                throw RedisServer.Failure(description: "openssl made no certificate")
            }
        }
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }
}
