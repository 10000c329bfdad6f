/// Levels of one message, in memory that is kept from message to message.
///
/// An owner of one piece of memory rather than an array: adding to an array asks each time whether it is shared, a call of
/// 3 ns for each of the 29 levels of an ordinary message. Every access is checked against the count.
@safe
public struct LevelBuffer: ~Copyable {
    // SAFETY: the memory belongs to this owner alone, has room for `capacity` levels of which the first `count` are
    // initialized, and is given back in deinit. Levels are trivial and need no destruction.
    private var memory: UnsafeMutablePointer<MarketLevel>
    /// How many levels it has room for before it grows.
    public private(set) var capacity: Int
    /// How many levels it holds.
    public private(set) var count = 0

    /// A buffer with room for `capacity` levels.
    ///
    /// - Precondition: `capacity` is at least 1.
    public init(capacity: Int) {
        precondition(capacity >= 1, "a buffer has room for one level at least")
        self.capacity = capacity
        unsafe self.memory = UnsafeMutablePointer<MarketLevel>.allocate(capacity: capacity)
    }

    deinit {
        unsafe self.memory.deallocate()
    }

    /// Whether it holds none.
    public var isEmpty: Bool { self.count == 0 }

    /// The level at `index`, in the order of the message.
    @inline(__always)
    public subscript(index: Int) -> MarketLevel {
        precondition(index >= 0 && index < self.count, "there is no such level")
        // SAFETY: within the levels that are initialized, as just checked.
        return unsafe self.memory[index]
    }

    /// Adds a level. Grows to twice the room where there is none left, so that it seldom does.
    @inline(__always)
    public mutating func append(_ level: MarketLevel) {
        if self.count == self.capacity { self.grow() }
        // SAFETY: there is room for one more.
        unsafe (self.memory + self.count).initialize(to: level)
        self.count &+= 1
    }

    /// Forgets all levels and keeps the memory.
    @inline(__always)
    public mutating func removeAll() { self.count = 0 }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<MarketLevel>.allocate(capacity: self.capacity * 2)
        // SAFETY: the new memory has room for the `count` levels that the old one holds, and does not overlap it.
        unsafe larger.moveInitialize(from: self.memory, count: self.count)
        unsafe self.memory.deallocate()
        unsafe self.memory = larger
        self.capacity *= 2
    }
}
