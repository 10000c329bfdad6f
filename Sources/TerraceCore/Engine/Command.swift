/// What an engine wants done at a venue. The world that runs the engine carries it out, and reports as events.
public enum Command: Sendable, Equatable {
    /// Place a post-only limit order.
    case place(InstrumentIndex, ClientOrderID, Side, Price, Quantity)
    /// Change a working order to this price and this total quantity (the filled part included).
    case amend(InstrumentIndex, ClientOrderID, Side, Price, Quantity)
    /// Cancel an order.
    case cancel(InstrumentIndex, ClientOrderID)
    /// Ask the venue what became of an order: its fills first, told again, then `found` or `notFound`.
    case query(InstrumentIndex, ClientOrderID)
    /// Ask for a fresh snapshot of an instrument's book.
    case resnapshot(InstrumentIndex)
    /// Market data of an instrument is needed, so urgently: its book is to be told from now on. Once more with another priority
    /// where only that has changed. What nobody was told to follow is not followed.
    case follow(InstrumentIndex, Priority)
    /// Nobody needs market data of an instrument any more.
    case unfollow(InstrumentIndex)
}

/// A bounded buffer of commands that the caller of an engine owns, empties and reuses; it never grows.
///
/// An engine asks for `space` before it starts something it could not finish, so that a full buffer delays work and
/// loses none of it.
public struct CommandBuffer: ~Copyable {
    private var storage: FixedArray<Command>
    /// How many commands it can hold.
    public let capacity: Int

    /// A buffer for `capacity` commands.
    public init(capacity: Int) {
        self.capacity = capacity
        self.storage = FixedArray(capacity: capacity)
    }

    /// How many commands wait.
    public var count: Int { self.storage.count }
    /// Whether none waits.
    public var isEmpty: Bool { self.storage.isEmpty }
    /// How many more fit.
    public var space: Int { self.capacity - self.storage.count }
    /// The command at `position`, in the order in which they were given.
    public subscript(position: Int) -> Command { self.storage[position] }

    /// Adds a command.
    ///
    /// - Precondition: there is `space`.
    public mutating func append(_ command: Command) {
        precondition(self.storage.count < self.capacity, "a command was given to a full buffer")
        self.storage.append(command)
    }

    /// Forgets all commands, keeping the memory.
    public mutating func removeAll() { self.storage.removeAll() }
}
