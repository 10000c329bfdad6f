internal import Glibc

/// Why the key of a venue can't be used. Nothing of its content is ever told.
public enum KeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The configuration does not say where the key is.
    case notNamed(venue: String)
    /// The configuration names variables and a file.
    case namedTwice(venue: String)
    /// A variable is not set.
    case variableMissing(String)
    /// The variable that a key of the configuration names is not set.
    case passwordMissing(key: String, variable: String)
    /// What the variable or the line of the file holds can't be a key: empty, too long, blanks, signs beyond ASCII.
    case unfit(source: String)
    /// A private key in PEM form has no end, or holds signs that none has.
    case brokenPEM(source: String)
    /// The system gives no file.
    case unreadable(path: String, code: Int32)
    /// It is a folder, a pipe or a device.
    case notAFile(path: String)
    /// Another user owns it, and could change it.
    case notOurs(path: String)
    /// Others may read or write it; its permissions in octal.
    case tooOpen(path: String, mode: String)
    /// It has more bytes than a key file needs.
    case tooLarge(path: String)
    /// A line is neither `key=...` nor `secret=...`.
    case strangeLine(path: String, line: Int)
    /// `key` or `secret` stands twice.
    case lineTwice(path: String, name: String)
    /// `key` or `secret` is not there.
    case lineMissing(path: String, name: String)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .notNamed(let venue):
            "no key is named for \(venue): give \"api_key_env\" and \"api_secret_env\", or \"key_file\", in venues"
        case .namedTwice(let venue):
            "variables and a key file are named for \(venue): take \"key_file\" away, or the two variables"
        case .variableMissing(let name): "the environment variable \(name) is not set: export it before the start"
        case .passwordMissing(let key, let variable): "\(key): \(variable) is not set: export it before the start"
        case .unfit(let source):
            "\(source) is empty or holds signs that no key has: copy it anew, without quotes and blanks"
        case .brokenPEM(let source):
            "\(source) begins like a private key in PEM form and has no -----END line: copy it whole"
        case .unreadable(let path, let code):
            // SAFETY: strerror gives a constant text, or one of this thread, which is copied at once.
            "\(path) can't be read: \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"): "
                + "name the file in \"key_file\", and let the user who runs this own it"
        case .notAFile(let path): "\(path) is no regular file: put the key into one"
        case .notOurs(let path):
            "\(path) belongs to another user, who could change it: chown it to the user who runs this"
        case .tooOpen(let path, let mode):
            "\(path) may be read or written by others (its mode is \(mode)): chmod 600 it, and if others had a chance to "
                + "read it, make a new key"
        case .tooLarge(let path):
            "\(path) is larger than \(KeyFile.byteLimit) bytes: it needs two lines, key=... and secret=..."
        case .strangeLine(let path, let line):
            "line \(line) of \(path) is neither key=... nor secret=... nor part of a PEM block: take it away"
        case .lineTwice(let path, let name): "\(path) has \(name)= twice: take one away"
        case .lineMissing(let path, let name): "\(path) has no line \(name)=...: add it"
        }
    }
}
