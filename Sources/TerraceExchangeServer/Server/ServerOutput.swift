/// What a protocol wants to be sent, before the faults have had their say.
struct ServerOutput {
    /// What a message is, by which faults know whether it is theirs.
    enum Kind {
        /// Market data.
        case publicData
        /// An event of an account.
        case privateData
        /// An answer that changed nothing.
        case reply
        /// The answer to an order, an amendment or a cancel that was carried out.
        case acknowledgement
        /// Ping texts, notices: no fault is laid on them but silence.
        case notice
    }
    /// One thing to be sent.
    enum Element {
        case response(token: UInt64, ServerResponse, Kind)
        case message(connection: Int, [UInt8], Kind)
        case ping(connection: Int)
        case close(connection: Int)
    }

    /// In order.
    private(set) var elements: [Element] = []

    /// Answers a request. Every request is answered once.
    mutating func respond(_ token: UInt64, _ response: ServerResponse, as kind: Kind = .reply) {
        self.elements.append(.response(token: token, response, kind))
    }

    /// Sends a message; the bytes are shared by all who get the same.
    mutating func send(_ text: [UInt8], to connection: Int, as kind: Kind) {
        self.elements.append(.message(connection: connection, text, kind))
    }

    /// Sends a ping frame.
    mutating func ping(_ connection: Int) { self.elements.append(.ping(connection: connection)) }

    /// Closes a connection in good order. The protocol forgets it by itself: `closed` is not called.
    mutating func close(_ connection: Int) { self.elements.append(.close(connection: connection)) }

    /// Empties it and keeps the memory.
    mutating func removeAll() { self.elements.removeAll(keepingCapacity: true) }
}
