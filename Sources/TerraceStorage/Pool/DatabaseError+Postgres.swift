extension DatabaseError.Kind {
    /// The kind that a code of PostgreSQL stands for (PostgreSQL 15, appendix A, "Error Codes").
    init(sqlState: String, message: String) {
        switch sqlState {
        case "3D000": self = .missingDatabase
        case "25006": self = .readOnly
        case "53300": self = .tooManyConnections
        case "53100", "53200": self = .full
        // The same code stands for a cancel that somebody asked for and for one by the server's own clock.
        case "57014": self = message.contains("user request") ? .cancelled : .timedOut
        case "55P03", "55006": self = .locked
        case "40001", "40P01": self = .conflict
        case "42501": self = .authentication
        // Shutdown, crash, not started yet, idle for too long: the connection is over or was never there.
        case "57P01", "57P02", "57P03", "57P05", "25P03": self = .unreachable
        default:
            switch sqlState.prefix(2) {
            case "08": self = .unreachable
            case "28": self = .authentication
            case "23": self = .constraint
            case "42", "3F": self = .schema
            case "XX": self = sqlState == "XX000" ? .other : .corrupt
            default: self = .other
            }
        }
    }
}

extension DatabaseError {
    /// What a failed attempt to connect says in its verbose form, such as `FATAL:  3D000: database "x" does not exist`.
    static func ofConnecting(_ text: String, at place: String, needsPassword: Bool) -> DatabaseError {
        let lines = text.split(separator: "\n").map { String($0) }.filter { !$0.hasPrefix("LOCATION:") }
        let message = lines.joined(separator: " ")
        if let (code, said) = Self.code(in: message) {
            return DatabaseError(Kind(sqlState: code, message: said), at: place, said, sqlState: code)
        }
        if needsPassword { return DatabaseError(.authentication, at: place, "the server wants a password") }
        return DatabaseError(.unreachable, at: place, message.isEmpty ? "no connection" : message)
    }

    /// The five letters or digits between colons, and what follows them.
    private static func code(in message: String) -> (code: String, said: String)? {
        let parts = message.split(separator: ":", omittingEmptySubsequences: false)
        for index in parts.indices.dropFirst().dropLast() {
            let word = parts[index].trimmingPrefix { $0 == " " }
            guard word.utf8.count == 5,
                word.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) }),
                word.utf8.contains(where: { (48...57).contains($0) })  // FATAL and PANIC are no codes.
            else { continue }
            let said = parts[(index + 1)...].joined(separator: ":").trimmingPrefix { $0 == " " }
            return (String(word), String(said))
        }
        return nil
    }
}
