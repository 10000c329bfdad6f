/// What an address of a venue must look like: scheme, host, perhaps a port, and nothing else.
enum EndpointAddress {
    /// What is wrong with one.
    enum Fault: Equatable {
        case notAnAddress
        case notEncrypted
        case userInfo
    }

    /// The longest address that is taken.
    static let byteLimit = 256

    /// What is wrong with `text`, which must have the scheme `secure`, or `plain` where the host is this machine.
    static func fault(of text: String, secure: String, plain: String) -> Fault? {
        guard text.utf8.count <= self.byteLimit, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return text.utf8.contains(UInt8(ascii: "@")) ? .userInfo : .notAnAddress
        }
        if text.utf8.contains(UInt8(ascii: "@")) { return .userInfo }
        let isSecure = text.hasPrefix("\(secure)://")
        guard isSecure || text.hasPrefix("\(plain)://") else { return .notAnAddress }
        let rest = text.dropFirst((isSecure ? secure : plain).count + 3)
        guard let host = self.host(rest) else { return .notAnAddress }
        return isSecure || self.isThisMachine(host) ? nil : .notEncrypted
    }

    /// The host of `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`; nil where it is none of these.
    private static func host(_ text: Substring) -> Substring? {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[...end]
            let after = text[text.index(after: end)...]
            if !after.isEmpty {
                guard after.hasPrefix(":") else { return nil }
                port = after.dropFirst()
            }
            let digits = host.dropFirst().dropLast()
            guard digits.contains(":"), digits.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                return nil
            }
        } else {
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            guard self.isName(host) else { return nil }
        }
        if let port {
            guard port.allSatisfy({ $0.isNumber }), let number = UInt16(port), number > 0 else { return nil }
        }
        return host
    }

    /// Labels of letters, digits and hyphens, with dots between them.
    private static func isName(_ host: Substring) -> Bool {
        host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D
                }
        }
    }

    /// A name that only looks like 127.0.0.1, such as 127.0.0.1.example.com, is another machine.
    static func isThisMachine(_ host: Substring) -> Bool {
        if host.lowercased() == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { $0.count <= 3 && UInt8($0) != nil }
    }
}
