/// What a record of a recording is.
public enum RecordKind: UInt8, Sendable, CaseIterable {
    /// `<`: a message that was received.
    case received = 0x3C
    /// `>`: a message that was sent.
    case sent = 0x3E
    /// `h`: a reply over HTTP, with the address that was asked.
    case reply = 0x68
}
