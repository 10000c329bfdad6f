internal import Foundation

/// The bytes of a configuration file, bounded and checked to be text.
enum ConfigurationFile {
    /// The largest file that is read: 4 MiB hold some 10,000 strategies.
    static let byteLimit = 4 << 20

    /// The text at `path`.
    static func text(at path: String) throws(ConfigurationError) -> String {
        let bytes: Data
        do {
            let url = URL(fileURLWithPath: path)
            guard FileManager.default.fileExists(atPath: path) else { throw self.error(path, "there is no such file") }
            if try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
                throw self.error(path, "this is a folder, not a file")
            }
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            bytes = try handle.read(upToCount: self.byteLimit + 1) ?? Data()
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw self.error(path, "the file can't be read: \(error.localizedDescription)")
        }
        return try self.text(of: bytes, file: path)
    }

    /// `bytes` as text, without a byte order mark.
    static func text(of bytes: some Collection<UInt8>, file: String) throws(ConfigurationError) -> String {
        if bytes.count > self.byteLimit {
            throw self.error(file, "the file is larger than \(self.byteLimit >> 20) MiB: split the desk")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError([
                Diagnostic(
                    file: file, place: self.firstInvalid(Array(bytes)), severity: .error,
                    message: "this is not UTF-8: save the file as UTF-8 text")
            ])
        }
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// Where the first byte stands that is no UTF-8.
    private static func firstInvalid(_ bytes: [UInt8]) -> Place {
        var line = 1
        var column = 1
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return Place(line: line, column: column)
    }

    private static func error(_ file: String, _ message: String) -> ConfigurationError {
        ConfigurationError([Diagnostic(file: file, place: nil, severity: .error, message: message)])
    }
}
