internal import Glibc
internal import TerraceVenues

/// A file with the key of an account: the lines `key=...` and `secret=...`, or in place of the second a private key in PEM form
/// with all its lines, which is the last thing in the file; beside them blank lines and comments that begin with `#`.
///
/// Links are followed; what counts is the file that was opened, of which the system is asked by its descriptor, so that nothing
/// can be put in its place between the question and the reading.
enum KeyFile {
    /// The largest file that is read.
    static let byteLimit = 16_384

    /// The key in the file at `path`.
    static func credentials(at path: String) throws(KeyError) -> VenueCredentials {
        var bytes = try self.bytes(at: path)
        defer { for place in bytes.indices { bytes[place] = 0 } }
        return try self.credentials(bytes, path: path)
    }

    private static func bytes(at path: String) throws(KeyError) -> [UInt8] {
        // Without O_NONBLOCK a pipe would be waited for.
        // SAFETY: the path and the structure live through the calls.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .unreadable(path: path, code: errno) }
        defer { close(file) }
        var found = stat()
        guard unsafe fstat(file, &found) == 0 else { throw .unreadable(path: path, code: errno) }
        guard found.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        guard found.st_uid == geteuid() else { throw .notOurs(path: path) }
        guard found.st_mode & 0o077 == 0 else {
            throw .tooOpen(path: path, mode: String(found.st_mode & 0o777, radix: 8))
        }
        var bytes = [UInt8](repeating: 0, count: self.byteLimit + 1)
        var count = 0
        while count < bytes.count {
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                // SAFETY: within the buffer, since count is below its size.
                unsafe Glibc.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .unreadable(path: path, code: errno) }
            if read == 0 { break }
            count += read
        }
        guard count <= self.byteLimit else { throw .tooLarge(path: path) }
        bytes.removeSubrange(count...)
        return bytes
    }

    /// Reads the lines.
    static func credentials(_ bytes: [UInt8], path: String) throws(KeyError) -> VenueCredentials {
        var key: String?
        var secret: String?
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let text = self.trimmed(line)
            if text.starts(with: Array("-----BEGIN ".utf8)) {
                guard secret == nil else { throw .lineTwice(path: path, name: "secret") }
                secret = try VenueKeys.checked(
                    bytes[line.startIndex...], source: "the secret in \(path)", mayBePEM: true)
                break
            }
            if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
            guard let sign = text.firstIndex(of: UInt8(ascii: "=")) else {
                throw .strangeLine(path: path, line: index + 1)
            }
            let name = String(decoding: self.trimmed(text[..<sign]), as: UTF8.self)
            let value = self.trimmed(text[text.index(after: sign)...])
            let source = "\(name)= in \(path)"
            switch name {
            case "key":
                guard key == nil else { throw .lineTwice(path: path, name: name) }
                key = try VenueKeys.checked(value, source: source)
            case "secret":
                guard secret == nil else { throw .lineTwice(path: path, name: name) }
                secret = try VenueKeys.checked(value, source: source)
            default: throw .strangeLine(path: path, line: index + 1)
            }
        }
        guard let key else { throw .lineMissing(path: path, name: "key") }
        guard let secret else { throw .lineMissing(path: path, name: "secret") }
        return VenueCredentials(key: key, secret: secret)
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var bytes = bytes.drop { isBlank($0) }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes
    }
}
