/// Why bytes on the bus are no message that can be used. Whatever they are: they are counted, and the book they were for is
/// not relied upon until the next snapshot.
public enum BusFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Shorter than a message's head, or cut.
    case cut
    /// It does not begin as a message of Terrace does.
    case foreign
    /// Written by a program of another age.
    case unknownVersion(UInt8)
    /// A kind this program does not know.
    case unknownKind(UInt8)
    /// The check does not fit the bytes.
    case damaged
    /// The bytes are whole, and say what can't be.
    case malformed
    /// Prices or quantities that this configuration's units can't count exactly.
    case foreignUnits(price: Int, quantity: Int)

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .cut: "a message that is cut"
        case .foreign: "a message that is not Terrace's: who else publishes on these channels?"
        case .unknownVersion(let version):
            "a message of version \(version), and this program reads \(BusMessage.version): let feed and run be of one release"
        case .unknownKind(let kind): "a message of unknown kind \(kind): let feed and run be of one release"
        case .damaged: "a message whose check does not fit"
        case .malformed: "a message that says what can't be"
        case .foreignUnits(let price, let quantity):
            "prices in 10^\(price) and quantities in 10^\(quantity), finer than the units here: configure the feed's units"
        }
    }
}
