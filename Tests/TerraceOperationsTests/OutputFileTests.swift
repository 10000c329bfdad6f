import Foundation
import Glibc
import Testing

@testable import TerraceOperations

@Suite("A report's file") struct OutputFileTests {
    /// Runs `body` with a folder of its own.
    static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    @Test("is replaced whole, keeps its permissions, and leaves nothing beside it") func replaces() throws {
        try Self.withFolder { folder in
            let path = folder + "/report.json"
            try "old".write(toFile: path, atomically: false, encoding: .utf8)
            chmod(path, 0o640)
            let output = try OutputFile(path: path)
            #expect(Self.text(path) == "old")
            try output.write(Array("new".utf8))
            #expect(Self.text(path) == "new")
            var found = stat()
            #expect(stat(path, &found) == 0 && found.st_mode & 0o777 == 0o640)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["report.json"])
        }
    }

    @Test("that is a link stays a link, and what it leads to is written", arguments: [true, false])
    func link(isThere: Bool) throws {
        try Self.withFolder { folder in
            mkdir(folder + "/real", 0o755)
            if isThere { try "old".write(toFile: folder + "/real/file", atomically: false, encoding: .utf8) }
            symlink("real/file", folder + "/link")
            try OutputFile(path: folder + "/link").write(Array("new".utf8))
            #expect(Self.text(folder + "/real/file") == "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "real/file")
        }
    }

    @Test("that is a pipe is written in place and stays one") func pipe() throws {
        try Self.withFolder { folder in
            let path = folder + "/pipe"
            mkfifo(path, 0o600)
            let reader = open(path, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            try OutputFile(path: path).write(Array("new".utf8))
            var bytes = [UInt8](repeating: 0, count: 8)
            #expect(read(reader, &bytes, 8) == 3)
            var found = stat()
            #expect(stat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFIFO)
            #expect(throws: FeedError.output(OutputError(path: path, code: ESPIPE))) {
                _ = try FeedGenerator(pairs: 1, venues: 1, updates: 1, seed: 1).write(to: path)
            }
        }
    }

    @Test("that can't be written is refused before the run, with the system's reason") func refused() throws {
        try Self.withFolder { folder in
            symlink("loop", folder + "/loop")
            for (path, code) in [
                (folder, EISDIR), (folder + "/none/report.json", ENOENT), ("", ENOENT), (folder + "/loop", ELOOP),
            ] {
                #expect(throws: OutputError(path: path, code: code)) { _ = try OutputFile(path: path) }
            }
            #expect(
                OutputError(path: "a/b", code: ENOENT).description
                    == "a/b can't be written: No such file or directory: make its folder first, or name another file")
        }
    }
}
