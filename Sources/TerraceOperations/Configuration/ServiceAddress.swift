/// What can be told of the URL of a server without understanding all of it.
enum ServiceAddress {
    /// Whether there is a password in it: behind the user name, or as a parameter.
    static func holdsPassword(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else { return false }
        let rest = text[scheme.upperBound...]
        let end = rest.firstIndex(where: { $0 == "?" }) ?? rest.endIndex
        // A password may hold any sign, a slash included where somebody forgot to escape it: up to the last @ it is user and
        // password.
        if let at = rest[..<end].lastIndex(of: "@"), rest[..<at].contains(":") { return true }
        return rest[end...].lowercased().contains("password")
    }

    /// Whether what is to be the path of a file looks like the address of a server all the same, with a password in it perhaps: a
    /// list such as `host=db password=...`, or a URL whose scheme was forgotten.
    static func isDisguised(_ text: String) -> Bool {
        let lowered = text.lowercased()
        if let equals = lowered.firstIndex(of: "="), let word = lowered[..<equals].split(separator: " ").last {
            let words = ["host", "hostaddr", "port", "dbname", "user", "service", "passfile", "sslmode", "options"]
            if words.contains(String(word)) { return true }
        }
        let tight = lowered.filter { $0 != " " }
        if tight.contains("password=") || tight.contains("passwd=") || tight.contains("pwd=") { return true }
        guard let at = text.lastIndex(of: "@") else { return false }
        return text[..<at].contains(":")
    }

    /// Whether it is of visible ASCII, and of a length that an address has.
    static func isPrintable(_ text: String) -> Bool {
        text.utf8.count <= 1_024 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Whether its host is this machine.
    static func isThisMachine(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else { return false }
        var host = text[scheme.upperBound...]
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        host = host.prefix { $0 != "/" && $0 != "?" }
        if host.hasPrefix("[") {
            host = host.prefix { $0 != "]" }
            return host == "[::1"
        }
        return EndpointAddress.isThisMachine(host.prefix { $0 != ":" })
    }
}
