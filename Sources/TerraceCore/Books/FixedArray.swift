/// A contiguous array that owns one buffer, grows only when told to, and can hold what cannot be copied.
///
/// The tables of a shard are made of these: there is no reference count and no copy-on-write behind an access, elements
/// are changed in place, and an allocation happens nowhere but in `init`, `reserve` and the `grow` methods, which belong
/// to registration. Buffers start at a cache line. Every access is checked against the count.
@safe public struct FixedArray<Element: ~Copyable>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private var used: UInt32
    private var room: UInt32

    /// An empty array with room for `capacity` elements.
    ///
    /// - Precondition: `capacity` is within `0..<2^31`.
    public init(capacity: Int = 0) {
        unsafe self.base = Self.allocate(capacity)
        self.used = 0
        self.room = UInt32(capacity)
    }

    deinit {
        // The first `used` elements are initialized, and `base` came from `allocate`.
        unsafe self.base.deinitialize(count: Int(self.used))
        unsafe UnsafeMutableRawPointer(self.base).deallocate()
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        precondition(capacity >= 0 && capacity < 1 << 31, "a table has fewer than 2^31 elements")
        // At least one byte, so that the pointer is valid also for an empty array; `bindMemory` on fresh memory is
        // allowed, and 64 is a multiple of the alignment of every element in use.
        let bytes = max(1, capacity * MemoryLayout<Element>.stride)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        return unsafe memory.bindMemory(to: Element.self, capacity: capacity)
    }

    /// How many elements there are.
    public var count: Int { Int(self.used) }

    /// How many elements there is room for.
    public var capacity: Int { Int(self.room) }

    /// Whether there is no element.
    public var isEmpty: Bool { self.used == 0 }

    /// The element at `index`, in place.
    ///
    /// - Precondition: `index` is within `0..<count`.
    /// - Complexity: O(1).
    public subscript(index: Int) -> Element {
        @inline(__always)
        unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(self.used), "index beyond the elements")
            return unsafe UnsafePointer(self.base + index)  // Just checked; valid as long as `self` is borrowed.
        }
        @inline(__always)
        unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(self.used), "index beyond the elements")
            return unsafe self.base + index  // As above.
        }
    }

    /// Adds `element` at the end.
    ///
    /// - Precondition: there is room.
    /// - Complexity: O(1); does not allocate.
    public mutating func append(_ element: consuming Element) {
        precondition(self.used < self.room, "the array is full")
        unsafe (self.base + Int(self.used)).initialize(to: element)  // Below `room`, not yet initialized.
        self.used += 1
    }

    /// Takes the last element out.
    ///
    /// - Precondition: the array is not empty.
    /// - Complexity: O(1).
    public mutating func removeLast() -> Element {
        precondition(self.used > 0, "the array is empty")
        self.used -= 1
        return unsafe (self.base + Int(self.used)).move()  // Was the last initialized one.
    }

    /// Takes out the element at `index`; the last one takes its place.
    ///
    /// - Precondition: `index` is within `0..<count`.
    /// - Complexity: O(1).
    @discardableResult
    public mutating func swapRemove(_ index: Int) -> Element {
        precondition(UInt(bitPattern: index) < UInt(self.used), "index beyond the elements")
        self.used -= 1
        let removed = unsafe (self.base + index).move()  // Just checked; the hole is filled or is beyond the count.
        if index < Int(self.used) {
            unsafe (self.base + index).moveInitialize(from: self.base + Int(self.used), count: 1)
        }
        return removed
    }

    /// Makes room for exactly `capacity` elements, where there is less.
    ///
    /// - Complexity: O(count) where it allocates, for registration and warm-up only.
    public mutating func reserve(_ capacity: Int) {
        guard capacity > Int(self.room) else { return }
        let larger = unsafe Self.allocate(capacity)
        // The new buffer is fresh and large enough; the old one is given back without its elements, which moved.
        unsafe larger.moveInitialize(from: self.base, count: Int(self.used))
        unsafe UnsafeMutableRawPointer(self.base).deallocate()
        unsafe self.base = larger
        self.room = UInt32(capacity)
    }

    /// Makes room for `additional` more elements, at least doubling where it allocates.
    ///
    /// - Complexity: O(1) an element, spread over all; for registration and warm-up only.
    public mutating func grow(by additional: Int) {
        guard self.count + additional > self.capacity else { return }
        self.reserve(max(self.count + additional, 2 * self.capacity))
    }
}

extension FixedArray {
    /// Adds `count` times `element` at the end, growing as needed.
    public mutating func growAppending(repeating element: Element, count: Int) {
        self.grow(by: count)
        for _ in 0..<count { self.append(element) }
    }

    /// Takes all elements out; the room stays.
    public mutating func removeAll() {
        unsafe self.base.deinitialize(count: Int(self.used))  // All that were initialized.
        self.used = 0
    }

    /// Overwrites every element with `element`.
    public mutating func fill(with element: Element) {
        unsafe self.base.update(repeating: element, count: Int(self.used))  // All are initialized.
    }
}

// The array is the only owner of its buffer, so that it may go where its elements may.
extension FixedArray: @unchecked Sendable where Element: Sendable & ~Copyable {}
