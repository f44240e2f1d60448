/// How values pass between the judge and the program: plain data, one JSON text a line.
///
/// None, truth values and texts are themselves; all else is a list that begins with its kind.
/// Numbers are written in hexadecimal, exactly. Whatever is of another type stays with the program
/// and arrives as an object that equals nothing, so a program cannot bring along an `__eq__` that
/// always agrees; given back as an argument, it is the object that it stands for. What the tests
/// themselves make of such types (functions, say) does not pass.
enum PythonWire {
    static let source = #"""
        import json, os, select, sys, time, types
        from collections import deque

        LONGEST = 1 << 23
        MOST = 200000

        # Of the program, the objects that stay there; the judge has none.
        OBJECTS = None

        class Opaque:
            def __init__(self, kind, number):
                self.kind, self.number = kind, number
            def __repr__(self):
                return "<" + self.kind + ">"

        def encode(value, depth=0):
            if value is None or value is True or value is False:
                return value
            if depth > 64:
                raise ValueError("too deep")
            if isinstance(value, str):
                return str.__str__(value)
            if isinstance(value, int):
                return ["i", int.__format__(value, "x")]
            if isinstance(value, float):
                return ["f", float.hex(value)]
            if isinstance(value, complex):
                return ["c", float.hex(value.real), float.hex(value.imag)]
            if isinstance(value, (bytes, bytearray)):
                return ["b" if isinstance(value, bytes) else "B", bytes(value).hex()]
            kinds = (
                (list, "l"), (tuple, "t"), (set, "s"), (frozenset, "z"), (deque, "q"),
                (types.GeneratorType, "g"), (map, "g"), (filter, "g"), (zip, "g"),
                (type({}.keys()), "g"), (type({}.values()), "g"), (type({}.items()), "g"),
                (type(iter([])), "g"), (type(reversed([])), "g"), (enumerate, "g"))
            for kind, name in kinds:
                if isinstance(value, kind):
                    items = []
                    for item in value:
                        if len(items) >= MOST:
                            raise ValueError("too long")
                        items.append(encode(item, depth + 1))
                    return [name, items]
            if isinstance(value, dict):
                return ["d", [
                    [encode(key, depth + 1), encode(item, depth + 1)]
                    for key, item in dict.items(value)]]
            if isinstance(value, range):
                return ["r", format(value.start, "x"), format(value.stop, "x"),
                    format(value.step, "x")]
            if isinstance(value, Opaque):
                return ["o", value.kind, value.number]
            if OBJECTS is None:
                return ["o", type(value).__name__, None]
            if len(OBJECTS) >= MOST:
                raise ValueError("too many")
            OBJECTS.append(value)
            return ["o", type(value).__name__, len(OBJECTS) - 1]

        def decode(value, depth=0):
            if value is None or value is True or value is False or type(value) is str:
                return value
            if depth > 66 or type(value) is not list or len(value) < 2:
                raise ValueError("not a value")
            kind, content = value[0], value[1]
            if kind == "i":
                return int(content, 16)
            if kind == "f":
                return float.fromhex(content)
            if kind == "c":
                return complex(float.fromhex(content), float.fromhex(value[2]))
            if kind == "b":
                return bytes.fromhex(content)
            if kind == "B":
                return bytearray.fromhex(content)
            if kind == "r":
                return range(*(int(text, 16) for text in value[1:4]))
            if kind == "o":
                number = value[2] if type(value[2]) is int else None
                if OBJECTS is not None and number is not None and 0 <= number < len(OBJECTS):
                    return OBJECTS[number]
                return Opaque(str(content)[:40], number)
            if kind == "d":
                return {decode(key, depth + 1): decode(item, depth + 1) for key, item in content}
            makers = {"l": list, "t": tuple, "s": set, "z": frozenset, "q": deque, "g": iter}
            return makers[kind]([decode(item, depth + 1) for item in content])

        def keep(descriptor):
            kept = os.dup(descriptor)
            os.set_inheritable(kept, False)
            return kept

        def silence(*descriptors):
            null = os.open("/dev/null", os.O_RDWR)
            for descriptor in descriptors:
                os.dup2(null, descriptor)
        """#
}
