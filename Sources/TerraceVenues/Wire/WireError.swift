/// Why a message was not taken, and where in it.
///
/// A trivial value: throwing it allocates nothing, so that a flood of bad messages costs no more than good ones.
public struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The byte at which the reader gave up, counted from 0. The message's length where the message ended too early.
    public let offset: Int
    /// What was expected there.
    public let fault: WireFault

    /// `fault` at byte `offset`.
    public init(_ fault: WireFault, at offset: Int) {
        self.offset = offset
        self.fault = fault
    }

    /// What happened and where.
    public var description: String { "byte \(self.offset): \(self.fault.expectation)" }
}
